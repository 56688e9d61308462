package appdirect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// fuzzDecoder: any bytes give a value or a malformed error, and a value does
// not depend on how the same document is spaced. identified tells of a value
// whether it has the ids that it is read for.
func fuzzDecoder[T any](f *testing.F, route *upstream.Route, decode func([]byte) (T, error), identified func(T) bool) {
	f.Helper()
	for _, d := range decoders {
		if d.route != route {
			continue
		}
		for _, file := range samplesOf(f, d) {
			f.Add(read(f, file))
		}
	}
	f.Add([]byte(`{"content":[{"uuid":"u","id":1,"user":{"uuid":"u"},"company":{"uuid":"c"}}],"page":{"size":1}}`))
	f.Add([]byte(`{"uuid":"u","-id":"1","enabled":"true","creationDate":"Wed, 12 Aug 2015 13:43:26 -0600"}`))
	f.Add([]byte(`[{"id":"s","maxUsers":"1e64","order":{"orderLines":{"orderLine":{"price":"-5.0000000000"}}}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decode(body)
		if err != nil {
			assertMalformed(t, route, err)
			return
		}
		if !identified(got) {
			t.Errorf("an id is missing: %+v", got)
		}
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, body, " ", "\t"); err != nil {
			t.Fatalf("taken, though it is not JSON: %v", err)
		}
		again, err := decode(spaced.Bytes())
		if err != nil {
			t.Fatalf("not taken when spaced: %v: %v", err, cause(err))
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("(-as given +spaced):\n%s", diff)
		}
	})
}

// every tells whether a page is a list whose items all fit.
func every[T any](fits func(T) bool) func(appdirect.Page[T]) bool {
	return func(p appdirect.Page[T]) bool { return p.Items != nil && all(fits)(p.Items) }
}

func all[T any](fits func(T) bool) func([]T) bool {
	return func(items []T) bool {
		for _, item := range items {
			if !fits(item) {
				return false
			}
		}
		return true
	}
}

func isCompany(c appdirect.Company) bool           { return c.UUID != "" }
func isUser(u appdirect.User) bool                 { return u.UUID != "" }
func isMember(m appdirect.Membership) bool         { return m.User != nil && isUser(*m.User) }
func isMembership(m appdirect.Membership) bool     { return isCompany(m.Company) }
func isApplication(a appdirect.Application) bool   { return a.ID != "" && a.UUID != "" }
func isProduct(p appdirect.Product) bool           { return p.Number() != "" && p.UUID != "" }
func isEdition(e appdirect.Edition) bool           { return e.Number() != "" && e.UUID != "" }
func isSubscription(s appdirect.Subscription) bool { return s.ID != "" }

func FuzzDecodeCompanies(f *testing.F) {
	fuzzDecoder(f, appdirect.ListCompanies, appdirect.DecodeCompanies, every(isCompany))
}

func FuzzDecodeCompany(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadCompany, appdirect.DecodeCompany, isCompany)
}

func FuzzDecodeMemberships(f *testing.F) {
	fuzzDecoder(f, appdirect.ListMemberships, appdirect.DecodeMemberships, every(isMember))
}

func FuzzDecodeUserMemberships(f *testing.F) {
	fuzzDecoder(f, appdirect.ListUserMemberships, appdirect.DecodeUserMemberships, every(isMembership))
}

func FuzzDecodeUsers(f *testing.F) {
	fuzzDecoder(f, appdirect.ListUsers, appdirect.DecodeUsers, every(isUser))
}

func FuzzDecodeUser(f *testing.F) {
	f.Add(cut(f, "memberships-list", "content", 0, "user"))
	fuzzDecoder(f, appdirect.ReadUser, appdirect.DecodeUser, isUser)
}

func FuzzDecodeApplications(f *testing.F) {
	fuzzDecoder(f, appdirect.ListApplications, appdirect.DecodeApplications, every(isApplication))
}

func FuzzDecodeCatalog(f *testing.F) {
	fuzzDecoder(f, appdirect.ListCatalog, appdirect.DecodeCatalog, every(isProduct))
}

func FuzzDecodeProduct(f *testing.F) {
	f.Add(cut(f, "catalog-list", "content", 0))
	fuzzDecoder(f, appdirect.ReadProduct, appdirect.DecodeProduct, isProduct)
}

func FuzzDecodeEdition(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadEdition, appdirect.DecodeEdition, isEdition)
}

func FuzzDecodeSubscriptions(f *testing.F) {
	fuzzDecoder(f, appdirect.ListSubscriptions, routed(appdirect.ListSubscriptions), all(isSubscription))
}

func FuzzDecodeSubscription(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadSubscription, appdirect.DecodeSubscription, isSubscription)
}

// FuzzTime: what is taken is in UTC, can be written as RFC 3339, and read again as the same moment.
func FuzzTime(f *testing.F) {
	for _, wire := range []string{`1519248071000`, `"-1"`, `"2015-08-12T13:43:26.628-06:00"`, `"2015-05-06"`, `"12 Aug 2015 13:43:26 GMT"`, `null`} {
		f.Add([]byte(wire))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var got, again appdirect.Time
		if json.Unmarshal(wire, &got) != nil || got.Ptr() == nil {
			return
		}
		if got.Location() != time.UTC {
			t.Errorf("%s: in %s", wire, got.Location())
		}
		written, err := json.Marshal(got.Time)
		if err != nil {
			t.Fatalf("%s cannot be written: %v", wire, err)
		}
		if err := json.Unmarshal(written, &again); err != nil || !again.Time.Equal(got.Time) {
			t.Errorf("%s, written %s: %s, %v", wire, written, again, err)
		}
	})
}

// FuzzNumber: what is taken is bounded when written out, and then read again as the same number.
func FuzzNumber(f *testing.F) {
	for _, wire := range []string{`4`, `"26.5700000000"`, `-1.5e-7`, `"1e64"`, `1e999999999`, `"0x1p-2"`, `null`} {
		f.Add([]byte(wire))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var got, again appdirect.Number
		if json.Unmarshal(wire, &got) != nil || !got.Valid {
			return
		}
		written := got.Value.String()
		if len(written) > 256 {
			t.Errorf("%s is written with %d characters", wire, len(written))
		}
		if err := json.Unmarshal(fmt.Appendf(nil, "%q", written), &again); err != nil && len(written) <= 128 {
			t.Errorf("%s, written %s: %v", wire, written, err)
		}
		if again.Valid && !again.Value.Equal(got.Value) {
			t.Errorf("%s, written %s: %s", wire, written, again.Value)
		}
	})
}

// FuzzList: a list reads the same again as a plain list and in a wrapper.
func FuzzList(f *testing.F) {
	for _, wire := range []string{
		`[{"name":"a"},{"name":"b"}]`, `{"name":"a"}`, `{"item":[{"name":"a"}]}`, `{"item":{"name":"a"}}`,
		`{"inner":{"item":{}}}`, `{"item":{"item":[]}}`, `{}`, `null`, `""`, `{"item":""}`,
	} {
		f.Add([]byte(wire))
	}
	type item struct {
		Name  appdirect.Text            `json:"name"`
		Inner map[string]appdirect.Text `json:"inner"`
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var got appdirect.List[item]
		if json.Unmarshal(wire, &got) != nil {
			return
		}
		plain, err := json.Marshal([]item(got))
		if err != nil {
			t.Fatal(err)
		}
		for _, written := range [][]byte{plain, fmt.Appendf(nil, `{"item":%s}`, plain)} {
			var again appdirect.List[item]
			if err := json.Unmarshal(written, &again); err != nil {
				t.Fatalf("%s: %v", written, err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("%s, written %s:\n%s", wire, written, diff)
			}
		}
	})
}
