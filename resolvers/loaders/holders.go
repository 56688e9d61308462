package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
)

// fetchHolders gives the link behind each of these telephony accounts, the zero
// link where there is none. Mostly this is known already, since a viewer comes
// to an account through a company; else the table is asked, and the companies'
// attributes only for accounts that are not in it.
func (l *Loaders) fetchHolders(ctx context.Context, accounts []string) answers[Link] {
	var links []Link
	if l.tenant.links.Table != nil {
		links = l.tenant.links.Table()
	}
	holders, err := byKazoo(links), error(nil)
	if !covers(holders, accounts) {
		links, err = l.seenLinks(ctx, l.viewer.Rows(auth.RuleTelephonyRead))
		for account, link := range byKazoo(links) {
			if _, listed := holders[account]; !listed {
				holders[account] = link
			}
		}
	}
	out := newAnswers[Link](len(accounts))
	for i, account := range accounts {
		var known bool
		if out.values[i], known = holders[account]; !known {
			out.errs[i] = err // not seen where not everything could be read: that is no proof of absence
		}
	}
	return out
}

func byKazoo(links []Link) map[string]Link {
	out := make(map[string]Link, len(links))
	for _, link := range links {
		if link.Kazoo != "" {
			out[link.Kazoo] = link
		}
	}
	return out
}

func covers(holders map[string]Link, accounts []string) bool {
	for _, account := range accounts {
		if _, known := holders[account]; !known {
			return false
		}
	}
	return true
}
