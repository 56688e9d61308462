package sandbox

import (
	"maps"

	"github.com/vektah/gqlparser/v2/ast"
)

// appdirectHandlers is what of AppDirect is answered, by Endpoint.Key; every
// other printed endpoint is checked and then refused with 501.
func appdirectHandlers(schema *ast.Schema) map[string]handler {
	all := map[string]handler{}
	for _, some := range []map[string]handler{
		companyRoutes(), userRoutes(), catalogueRoutes(), shopRoutes(), opinionRoutes(), billingRoutes(), orderRoutes(), invoiceRoutes(),
		channelRoutes(), discountRoutes(), leadRoutes(), associationRoutes(), cartRoutes(), validationRoutes(), paymentRoutes(), fulfilmentRoutes(), graphRoutes(schema), webhookRoutes(),
	} {
		maps.Copy(all, some)
	}
	return all
}
