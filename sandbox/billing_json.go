package sandbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// The older endpoints make their JSON out of XML, and it shows: everything is
// text, attributes keep a dash, and a list of one is not a list.

// stringly writes a document as those endpoints would: numbers and booleans as
// text, null members and empty lists gone, lists of one collapsed.
func stringly(v any) any {
	switch v := v.(type) {
	case Document:
		out := Document{}
		for name, member := range v {
			if s := stringly(member); s != nil {
				out[name] = s
			}
		}
		return out
	case []any:
		list := make([]any, 0, len(v))
		for _, member := range v {
			list = append(list, stringly(member))
		}
		return collapsed(list)
	case nil, string, href:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

// collapsed is the list, its only member, or nil when it is empty.
func collapsed(list []any) any {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	default:
		return list
	}
}

// reference points to another document.
func reference(id string, to href) Document { return Document{"-id": id, "-href": to} }

// longMoney writes cents with the ten decimals of billing documents.
func longMoney(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d%s", sign, cents/100, cents%100, strings.Repeat("0", 8))
}

// longInt writes a whole number with ten decimals.
func longInt(n int) string { return longMoney(int64(n) * 100) }

// wrapping is how a billing document happens to write a list; the printed ones
// use all three ways.
type wrapping int

const (
	wrapped         wrapping = iota // {"orderLine": [ … ]}
	wrappedCollapse                 // {"orderLine": { … }} when there is one
	bare                            // [ … ]
)

// list writes members under the name that wrapped forms give them.
func (w wrapping) list(name string, members []any) any {
	switch w {
	case bare:
		return members
	case wrappedCollapse:
		return Document{name: collapsed(members)}
	default:
		return Document{name: members}
	}
}
