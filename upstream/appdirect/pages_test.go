package appdirect_test

import "testing"

func TestCachingIsWritten(t *testing.T) {
	t.Parallel()
	room.CheckCachingPage(t)
}

func TestAssumptionsAreWritten(t *testing.T) {
	t.Parallel()
	room.CheckAssumptionsPage(t)
}

func TestRoutesAreListed(t *testing.T) {
	t.Parallel()
	room.CheckListed(t)
}
