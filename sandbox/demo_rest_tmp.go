package sandbox

type productSpec struct{}
type discountSpec struct{}

func (m *maker) makeCatalogue()     {}
func (m *maker) makeDiscounts()     {}
func (m *maker) makeSubscriptions() {}
func (m *maker) makeQuotes()        {}
