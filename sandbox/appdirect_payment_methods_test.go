package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// card is a card as the token endpoint takes it.
func card(number string) map[string]any {
	return map[string]any{
		"paymentMethodType": "CARD",
		"properties":        map[string]any{"number": number, "cardHolderName": "Ada Berg", "expirationMonth": "5", "expirationYear": "2031", "brand": "VISA", "securityCode": "123"},
		"billingAddress":    map[string]any{"street1": "1 Mill Lane", "city": "Boston", "state": "MA", "country": "US", "zip": "02109"},
	}
}

// pay gives the buyer a card with this number.
func (l *till) pay(t *testing.T, number string) map[string]any {
	t.Helper()
	token := l.ok(t, http.MethodPost, "/appMarket/v2/paymentMethodTokens", card(number))["id"]
	return l.ok(t, http.MethodPost, "/appMarket/v2/paymentMethods", map[string]any{"ownerId": l.user, "companyId": l.company, "token": token})
}

// owned is the query that names the buyer.
func (l *till) owned() string { return "?ownerId=" + l.user + "&companyId=" + l.company }

// TestCardsStaySecret: what comes back of a card is not enough to pay with it.
func TestCardsStaySecret(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	token := l.want(t, http.StatusOK, http.MethodPost, "/appMarket/v2/paymentMethodTokens", card("4111111111111111"))
	made := l.pay(t, "4111111111111111")
	list := l.want(t, http.StatusOK, http.MethodGet, "/appMarket/v2/paymentMethods"+l.owned(), nil)
	for _, text := range []string{string(token.body), string(list.body)} {
		if strings.Contains(text, "4111111111111111") || strings.Contains(text, "123") && strings.Contains(text, "securityCode") {
			t.Errorf("the card is in %s", text)
		}
	}
	if made["accountDisplay"] != "1111" || made["default"] != true || field(made, "properties", "cardHolderName") != "Ada Berg" {
		t.Errorf("made: %v", made)
	}
}

// TestTokens are good once, for a quarter of an hour, and the only way.
func TestTokens(t *testing.T) {
	t.Parallel()
	l := ownTill(t)
	from := func(token any) map[string]any {
		return map[string]any{"ownerId": l.user, "companyId": l.company, "token": token}
	}
	const methods, tokens = "/appMarket/v2/paymentMethods", "/appMarket/v2/paymentMethodTokens"
	token := l.ok(t, http.MethodPost, tokens, card("4111111111111111"))["id"]
	l.ok(t, http.MethodPost, methods, from(token))
	l.want(t, http.StatusBadRequest, http.MethodPost, methods, from(token))
	old := l.ok(t, http.MethodPost, tokens, card("4111111111111111"))["id"]
	l.later(tokenLifetime + time.Second)
	l.want(t, http.StatusBadRequest, http.MethodPost, methods, from(old))
	raw := card("4111111111111111")
	raw["ownerId"], raw["companyId"] = l.user, l.company
	a := l.want(t, http.StatusBadRequest, http.MethodPost, methods, raw)
	if strings.Contains(string(a.body), "4111") {
		t.Errorf("the refusal repeats the card: %s", a.body)
	}
	for _, bad := range []string{"", "4111", "4111-1111-1111-1111"} {
		l.want(t, http.StatusBadRequest, http.MethodPost, tokens, card(bad))
	}
}

// TestDefaults has one default at a time.
func TestDefaults(t *testing.T) {
	t.Parallel()
	l := ownTill(t)
	first, second := l.pay(t, "4111111111111111"), l.pay(t, "4242424242424242")
	l.caller = "buyer"
	defaults := func() []any {
		return l.want(t, http.StatusOK, http.MethodGet, "/appMarket/v2/paymentMethods/defaults"+l.owned(), nil).list(t)
	}
	if got := defaults(); len(got) != 1 || field(got[0], "id") != second["id"] {
		t.Errorf("the last one made is not the default: %v", got)
	}
	body := map[string]any{"ownerId": l.user, "companyId": l.company, "paymentMethodId": first["id"]}
	l.want(t, http.StatusOK, http.MethodPost, "/appMarket/v2/paymentMethods/defaults", body)
	if got := defaults(); len(got) != 1 || field(got[0], "id") != first["id"] {
		t.Errorf("another default: %v", got)
	}
	l.want(t, http.StatusNoContent, http.MethodDelete, "/appMarket/v2/paymentMethods/"+factText(first["id"]), nil)
	if got := defaults(); len(got) != 0 {
		t.Errorf("after deleting it: %v", got)
	}
	body["paymentMethodId"] = "none"
	l.want(t, http.StatusNotFound, http.MethodPost, "/appMarket/v2/paymentMethods/defaults", body)
	l.want(t, http.StatusNotFound, http.MethodDelete, "/appMarket/v2/paymentMethods/none", nil)
	if types := l.want(t, http.StatusOK, http.MethodGet, "/appMarket/v2/paymentMethodTypes", nil).list(t); len(types) != 1 {
		t.Errorf("types: %v", types)
	}
}

// TestWhosePaymentMethods: a person sees and makes their own only.
func TestWhosePaymentMethods(t *testing.T) {
	t.Parallel()
	l := ownTill(t)
	for persona, want := range map[string]int{"buyer": 200, "admin": 200, "company-admin": 403, "reseller": 403} {
		l.caller = persona
		l.want(t, want, http.MethodGet, "/appMarket/v2/paymentMethods/defaults"+l.owned(), nil)
	}
	l.caller = "partner"
	l.want(t, http.StatusNotFound, http.MethodGet, "/appMarket/v2/paymentMethods?ownerId="+l.user+"&companyId="+l.shopper(t, "cardless").company, nil)
}
