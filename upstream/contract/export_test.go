package contract

// The parts of CheckRoutes that need no subtest, so that they can be seen to fail.
var (
	CheckQuery = checkQuery[Endpoint]
	CheckCount = checkCount[Endpoint]
)
