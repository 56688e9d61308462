package sandbox

import "maps"

// appdirectHandlers is what of AppDirect is answered, by Endpoint.Key; every
// other printed endpoint is checked and then refused with 501.
func appdirectHandlers() map[string]handler {
	all := map[string]handler{}
	for _, some := range []map[string]handler{
		companyRoutes(), userRoutes(), catalogueRoutes(), shopRoutes(), opinionRoutes(), billingRoutes(), invoiceRoutes(), channelRoutes(), cartRoutes(), leadRoutes(),
	} {
		maps.Copy(all, some)
	}
	return all
}
