// The idempotency key of a cart's purchase. It outlives the page, so that after
// a reload the same purchase is asked for, not another; and it ends with the
// gateway's answer, whatever that is.
const name = (cartId: string) => `storefront:purchase:${cartId}`

export function attemptFor(cartId: string): string {
  const key = sessionStorage.getItem(name(cartId)) ?? crypto.randomUUID()
  sessionStorage.setItem(name(cartId), key)
  return key
}

export function settle(cartId: string) {
  sessionStorage.removeItem(name(cartId))
}
