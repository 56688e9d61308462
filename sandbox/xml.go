package sandbox

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// renderXML writes a document as the XML of the older endpoints: members whose
// name starts with "-" are attributes, the others elements, a list repeats its
// element, and null is left out. Members are in alphabetical order.
func renderXML(root string, v any) []byte {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	if list, ok := v.([]any); ok {
		v = Document{strings.TrimSuffix(root, "s"): list}
	}
	writeElement(&out, root, v)
	return out.Bytes()
}

// writeElement writes a member, once per value it has.
func writeElement(out *bytes.Buffer, name string, v any) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, member := range v {
			writeElement(out, name, member)
		}
	case Document:
		writeObject(out, name, v)
	default:
		fmt.Fprintf(out, "<%s>%s</%s>", elementName(name), escapeXML(scalarText(v)), elementName(name))
	}
}

// writeObject writes attributes before elements, as XML demands.
func writeObject(out *bytes.Buffer, name string, d Document) {
	tag := elementName(name)
	out.WriteString("<" + tag)
	keys := slices.Sorted(maps.Keys(d))
	for _, k := range keys {
		if strings.HasPrefix(k, "-") && d[k] != nil {
			fmt.Fprintf(out, ` %s="%s"`, elementName(k[1:]), escapeXML(scalarText(d[k])))
		}
	}
	out.WriteString(">")
	for _, k := range keys {
		if !strings.HasPrefix(k, "-") {
			writeElement(out, k, d[k])
		}
	}
	out.WriteString("</" + tag + ">")
}

// elementName makes any member name a valid XML name.
func elementName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') {
			return r
		}
		return '_'
	}, name)
	if clean == "" || !(clean[0] == '_' || (clean[0]|0x20 >= 'a' && clean[0]|0x20 <= 'z')) {
		return "_" + clean
	}
	return clean
}

// scalarText writes numbers in the digits they came with.
func scalarText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

// escapeXML makes text safe for elements and attributes alike.
func escapeXML(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // a bytes.Buffer never fails
	return out.String()
}
