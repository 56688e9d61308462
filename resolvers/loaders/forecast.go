package loaders

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// Selected is one place of an operation's answer that has a call behind it, or leads to one that has.
type Selected struct {
	// Path leads to it by response names.
	Path string
	// Field is its definition, such as "Company.memberships".
	Field string
	// Type is the name of its type, without list and non-null.
	Type string
	// Parent is the index of the place that it is below, -1 at the root.
	Parent int
	// Times is how many objects it answers for each parent at most.
	Times int
	// Items is how many items are asked for of the list that it is, or whose page it is; 0 where it is neither.
	Items int
}

// Forecast says how many calls an operation would make to each backend with
// nothing in the cache, if every list were as long as asked for. It calls
// nobody. How long the lists are that are read whole is known from when they
// were last; one that never was is taken for a page. A viewer who is not
// resolved is taken at their token's word, and for a member of one company.
func (t *Tenant) Forecast(viewer *auth.Viewer, identify bool, selected []Selected) map[upstream.Backend]int {
	f := &forecast{
		tenant: t, selected: selected, identify: identify,
		count: make([]int, len(selected)), asked: map[string]*demand{}, wholes: map[*upstream.Route]bool{},
	}
	f.own, f.narrow = companiesOf(viewer)
	for i := range selected {
		f.position(i)
	}
	out := f.calls()
	if identify {
		out[appdirect.Backend] += callsToIdentify(viewer)
	}
	return out
}

// callsToIdentify find out who a person is, what they are where, and of whom a reseller's customers are.
func callsToIdentify(v *auth.Viewer) int {
	calls := 2
	for _, scope := range v.Scopes() {
		if auth.Role(scope).Sells() {
			calls++
		}
	}
	return calls
}

// companiesOf is how many companies a viewer is held to, if they are held to their own.
func companiesOf(v *auth.Viewer) (n int, narrow bool) {
	rows := v.Rows(auth.RuleCompanyRead)
	wide := rows.All() || slices.ContainsFunc(v.Scopes(), func(s string) bool { return auth.Role(s).MarketplaceWide() })
	return max(1, len(rows.Companies())), !wide
}

// forecast adds up what the positions of one operation ask for.
type forecast struct {
	tenant   *Tenant
	selected []Selected
	identify bool // who the viewer is has to be found out
	own      int  // companies of the viewer
	narrow   bool // they see no other
	count    []int
	asked    map[string]*demand
	wholes   map[*upstream.Route]bool // lists that are read in any case
}

// demand is what one step is asked for, by the path of the parents: what several fields of the same parents ask for is one answer.
type demand struct {
	step
	byParents map[string]int
}

// position plans one position, whose parent is planned already.
func (f *forecast) position(i int) {
	s, parents, path := f.selected[i], 1, ""
	if s.Parent >= 0 {
		parents, path = f.count[s.Parent], f.selected[s.Parent].Path
	}
	f.count[i] = min(parents*s.Times, 1<<20)
	if known, ok := f.back(i); ok {
		f.count[i] = known
		return
	}
	if f.narrow && s.Type == "Company" {
		f.count[i] = min(f.count[i], f.own)
	}
	if plan, ok := ownPlans[s.Field]; ok && f.narrow {
		f.add(path, plan, f.own)
		return
	}
	if f.identify && f.identifies(s) {
		return
	}
	f.steps(i, path, min(f.count[i], parents))
}

// identifies reports whether what finds out who the viewer is reads this, too.
func (f *forecast) identifies(s Selected) bool {
	isViewer := func(s Selected) bool { return s.Field == "Query.me" || s.Field == "Viewer.user" }
	return isViewer(s) || s.Parent >= 0 && isViewer(f.selected[s.Parent]) && s.Type == "Membership"
}

// ownPlans are for those who see only their own companies' rows: they are answered company by company.
var ownPlans = map[string]step{
	"Query.companies":     {each: appdirect.ReadCompany},
	"Query.subscriptions": {each: appdirect.ListCompanySubscriptions},
}

// steps adds what a position asks for on behalf of so many parents, which are at a path.
func (f *forecast) steps(i int, path string, parents int) {
	s := f.selected[i]
	write := strings.HasPrefix(s.Field, "Mutation.")
	for j, step := range plans[s.Field] {
		switch {
		case step.each == nil:
			f.wholes[step.whole] = true
		case write: // each makes its own calls, one after the other
			f.add(s.Path+"#"+strconv.Itoa(j), step, 1)
		case step.of != "":
			owner := f.nearest(s.Parent, step.of)
			f.add(owner.Path, step, owner.Times)
		default:
			f.add(path, step, parents*pagesOf(s.Items, step.each))
		}
	}
}

// nearest is the nearest position of a type from i upwards, and as Times how
// many there are; the root, of which there is one, where there is none.
func (f *forecast) nearest(i int, of string) Selected {
	for ; i >= 0; i = f.selected[i].Parent {
		if s := f.selected[i]; s.Type == of {
			s.Times = f.count[i]
			return s
		}
	}
	return Selected{Times: 1}
}

// back tells a way back to the object through which a position was reached, and
// how many of those there are: it is there already.
func (f *forecast) back(i int) (count int, ok bool) {
	s := f.selected[i]
	if s.Items > 0 || s.Parent < 0 {
		return 0, false
	}
	own := f.object(s.Parent)
	if own < 0 {
		return 0, false
	}
	from := f.object(f.selected[own].Parent)
	if from < 0 || f.selected[from].Type != s.Type {
		return 0, false
	}
	return f.count[from], true
}

// object is the nearest position from i upwards that is no plumbing of a list; -1 for none.
func (f *forecast) object(i int) int {
	for i >= 0 && (strings.HasSuffix(f.selected[i].Type, "Connection") || strings.HasSuffix(f.selected[i].Type, "Edge")) {
		i = f.selected[i].Parent
	}
	return i
}

func (f *forecast) add(path string, s step, calls int) {
	key := s.each.Name
	if s.whole != nil {
		key += " " + s.whole.Name
	}
	d, ok := f.asked[key]
	if !ok {
		d = &demand{step: s, byParents: map[string]int{}}
		f.asked[key] = d
	}
	d.byParents[path] = max(d.byParents[path], calls)
}

// calls chooses between the two ways, where there are two, and adds up.
func (f *forecast) calls() map[upstream.Backend]int {
	byRoute := map[*upstream.Route]int{}
	for _, key := range slices.Sorted(maps.Keys(f.asked)) {
		d, sum := f.asked[key], 0
		for _, n := range d.byParents {
			sum += n
		}
		if f.narrow && d.each == appdirect.ReadCompany {
			sum = min(sum, f.own)
		}
		if d.whole == nil || !f.worth(d.step, sum) {
			byRoute[d.each] += sum
		} else {
			f.wholes[d.whole] = true
		}
	}
	for r := range f.wholes {
		byRoute[r] = max(byRoute[r], f.tenant.sizes.pages(r))
	}
	out := map[upstream.Backend]int{}
	for r, n := range byRoute {
		out[r.Backend] += n
	}
	return out
}

// worth reports whether the whole list is no more calls than so many others.
func (f *forecast) worth(s step, others int) bool {
	pages := f.tenant.sizes.pages(s.whole)
	switch {
	case f.wholes[s.whole]:
		return true
	case s.half:
		return pages <= others/2
	}
	return others > fewIDs && pages <= others
}

// pagesOf is how many calls a run of so many items takes.
func pagesOf(items int, r *upstream.Route) int {
	if items == 0 || r.PageSize == 0 {
		return 1
	}
	return max(1, (items+r.PageSize-1)/r.PageSize)
}

// sizes remembers how many pages the lists had that were read whole. The zero value knows none.
type sizes struct {
	mu    sync.Mutex
	known map[*upstream.Route]int // as many as there are routes
}

func (s *sizes) learn(r *upstream.Route, pages int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[*upstream.Route]int{}
	}
	s.known[r] = max(1, pages)
}

// pages is 1 for a list that nobody has read.
func (s *sizes) pages(r *upstream.Route) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(1, s.known[r])
}
