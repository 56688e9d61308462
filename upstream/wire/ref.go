package wire

import (
	"bytes"
	"encoding/json"
)

// Ref points at another resource: {"-id","-href"} in billing, {"id","href"} elsewhere.
type Ref struct {
	// ID is a uuid or a number, as the resource itself is identified; "" where the backend named none.
	ID Text
	// Href is the resource's address at the backend; often "", and never followed.
	Href Text
}

// UnmarshalJSON takes both spellings, and a bare id.
func (r *Ref) UnmarshalJSON(b []byte) error {
	if trimmed := bytes.TrimSpace(b); len(trimmed) > 0 && trimmed[0] != '{' {
		*r = Ref{}
		return r.ID.UnmarshalJSON(trimmed)
	}
	var wire struct {
		DashID   Text `json:"-id"`
		ID       Text `json:"id"`
		DashHref Text `json:"-href"`
		Href     Text `json:"href"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	*r = Ref{ID: First(wire.DashID, wire.ID), Href: First(wire.DashHref, wire.Href)}
	return nil
}
