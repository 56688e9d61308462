package loaders

import (
	"fmt"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// refusedDiscount is the code of checkout's refusal of a discount.
const refusedDiscount = "INVALID_DISCOUNT_CODE"

// blame says where in the arguments a fault of the backend's is; empty where no
// place of them is to blame.
type blame func(fault appdirect.CartFault) []string

// everywhere blames one place for everything.
func everywhere(path ...string) blame {
	return func(appdirect.CartFault) []string { return path }
}

// refusal makes userErrors of a call that checkout refused for what was sent.
// Any other failure is nobody's to mend, and stays an error. The sentences are
// the backend's where it documents them for people, in blocking errors.
func refusal(err error, at blame) (Written, error) {
	if upstream.KindOf(err) != upstream.Refused {
		return Written{}, err
	}
	told, _ := appdirect.CheckoutErrorOf(err)
	var out Written
	var rest []appdirect.CartFault
	for _, fault := range told.BlockingErrors {
		if known := typed(fault, at(fault)); known != nil {
			out.Errors = append(out.Errors, known)
		} else {
			rest = append(rest, fault)
		}
	}
	if len(rest) == 0 && out.Errors != nil {
		return out, nil
	}
	out.Errors = append(out.Errors, detailed(err, told, rest, at))
	return out, nil
}

// typed is the userError of a fault that has a type of its own; nil for others.
func typed(f appdirect.CartFault, path []string) model.UserError {
	if f.Code == refusedDiscount {
		return invalidDiscount(f.Parameter("DISCOUNT_CODE"), unknownDiscount)
	}
	q, _ := f.Quantity()
	of := fmt.Sprintf("unit: %s of item with id: %s", q.Unit, f.ItemID)
	switch q.Rule {
	case appdirect.Minimum:
		return &model.UnitQuantityMinError{Path: path, Message: fmt.Sprintf(
			"Minimum allowed value for %s is %s. Please provide value greater than or equal to %s.", of, q.Bound, q.Bound)}
	case appdirect.Maximum:
		return &model.UnitQuantityMaxError{Path: path, Message: fmt.Sprintf(
			"Maximum allowed value for %s is %s. Please provide value lesser than or equal to %s.", of, q.Bound, q.Bound)}
	case appdirect.Increment:
		return &model.UnitQuantityIncrementError{Path: path, Message: fmt.Sprintf(
			"Only value in increments of %s is allowed for %s.", q.Bound, of)}
	}
	return nil
}

// detailed is the userError of everything else.
func detailed(err error, told appdirect.CheckoutError, faults []appdirect.CartFault, at blame) *model.DetailedUserError {
	out := &model.DetailedUserError{Message: "Payload is not valid", Path: []string{}, BlockingErrors: toBlockingErrors(faults)}
	if len(faults) > 0 {
		out.Path = at(faults[0])
	}
	if told.Code != "" {
		out.ErrorCode = &told.Code
	}
	if failed, ok := asCall(err); ok {
		status := int32(failed.Status)
		out.Status = &status
	}
	return out
}

// refusedHere is a refusal of the gateway's own, before anything was sent.
func refusedHere(message string, path ...string) Written {
	return Written{Errors: []model.UserError{&model.DetailedUserError{Message: message, Path: path}}}
}

// unknownDiscount is what is wrong with a code that nobody knows, or not any more.
const unknownDiscount = "does not exist or is expired"

func invalidDiscount(code, wrong string) model.UserError {
	return &model.InvalidDiscountCodeError{
		Message: "Discount " + code + " " + wrong + ".", Path: []string{"input", "discountCode"},
	}
}

// noDiscount is a refusal of the gateway's own of a discount's code.
func noDiscount(code, wrong string) Written {
	return Written{Errors: []model.UserError{invalidDiscount(code, wrong)}}
}

func outcomeUnknown(query string) model.UserError {
	return &model.OutcomeUnknown{
		Message: "The marketplace did not say in time whether it happened. Find out by `" + query + "` before you try again in another way.",
		Path:    []string{}, Query: query,
	}
}

func toBlockingErrors(faults []appdirect.CartFault) []*model.CartBlockingError {
	out := make([]*model.CartBlockingError, len(faults))
	for i, f := range faults {
		out[i] = &model.CartBlockingError{
			ItemID: text(f.ItemID), Code: text(f.Code), Message: text(f.Message),
			MessageParameters: make([]*model.CartValidationMessageParameter, len(f.Parameters)),
		}
		for j, p := range f.Parameters {
			out[i].MessageParameters[j] = &model.CartValidationMessageParameter{Key: text(p.Key), Value: text(p.Value)}
		}
	}
	return out
}

// atItem blames the item of the input that a fault names, and in it the unit.
func atItem(index map[string]int, units func(i int) []*model.CartUnitInput) blame {
	return func(f appdirect.CartFault) []string {
		i, ok := index[string(f.ItemID)]
		if !ok {
			return []string{"input"}
		}
		return unitPath(i, units(i), f.Parameter("UNIT"))
	}
}

// unitPath is where an item of the input names a unit, or where the item is.
func unitPath(item int, units []*model.CartUnitInput, unit string) []string {
	path := []string{"input", "items", fmt.Sprint(item)}
	for i, u := range units {
		if u.Unit == unit {
			return append(path, "units", fmt.Sprint(i), "quantity")
		}
	}
	return path
}
