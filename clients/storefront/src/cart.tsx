// The cart: quantities, a discount, what it costs.
import type { FormEvent } from 'react'
import { useQuery } from 'urql'
import { useBuyer } from './buyer'
import { useChange } from './change'
import { Failure } from './failures'
import { graphql } from './gql'
import type { CartQuery } from './gql/graphql'
import { Quantities, unitsOf } from './quantity'
import { Link, Title } from './router'
import { Totals } from './totals'

const query = graphql(`
  query Cart($input: ActiveCartOfUserInput!) {
    activeCartOfUser(input: $input) {
      id
      items {
        id
        product { id name }
        edition { name }
        pricingPlan { id ...Quantities }
        units { quantity unit }
        discount { code }
      }
      ...Totals
    }
  }
`)

const updateItems = graphql(`
  mutation UpdateItems($input: UpdateCartItemsInput!) {
    updateCartItems(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

const removeItems = graphql(`
  mutation RemoveItems($input: RemoveItemsInput!) {
    removeItemsFromCart(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

const applyDiscount = graphql(`
  mutation ApplyDiscount($input: ApplyDiscountInput!) {
    applyDiscountToCart(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

const removeDiscount = graphql(`
  mutation RemoveDiscount($input: RemoveDiscountCodeInput!) {
    removeDiscountFromCart(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

type Shown = NonNullable<CartQuery['activeCartOfUser']>
type Item = NonNullable<Shown['items']>[number]

// Each change of a cart makes the gateway say the cart anew: what is shown is
// what it has, prices included.
const context = { additionalTypenames: ['Cart'] }

export function Cart() {
  const { buyer, error: unknown } = useBuyer()
  const [{ data, fetching, error }, again] = useQuery({
    query, context, pause: !buyer, variables: { input: buyer?.input ?? { userId: '', accountId: '' } },
  })
  const cart = data?.activeCartOfUser
  const items = cart?.items ?? []
  return (
    <>
      <Title>Cart</Title>
      <Failure error={unknown ?? error} again={() => again({ requestPolicy: 'network-only' })} />
      {fetching && <p role="status">Loading…</p>}
      {data && items.length === 0 && <p>Your cart is empty.</p>}
      {cart && items.length > 0 && (
        <>
          <ul className="lines">
            {items.map((item) => <Line key={item.id} cartId={cart.id} item={item} />)}
          </ul>
          <Discount cartId={cart.id} items={items} />
          <Totals of={cart} />
          <p><Link className="button" href="/checkout">Checkout</Link></p>
        </>
      )}
    </>
  )
}

function Line({ cartId, item }: { cartId: string; item: Item }) {
  const update = useChange(updateItems)
  const remove = useChange(removeItems)
  const plan = item.pricingPlan
  function change(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (plan) update.run({ cartId, items: [{ id: item.id, units: unitsOf(plan, new FormData(event.currentTarget)) }] })
  }
  return (
    <li>
      <h2>{item.product?.name}</h2>
      <p className="small">{item.edition?.name}{item.discount && `, with discount ${item.discount.code}`}</p>
      <form onSubmit={change}>
        {plan && <Quantities plan={plan} now={item.units ?? []} />}
        <button type="submit" disabled={update.busy}>Change quantity</button>
        <button type="button" disabled={remove.busy} onClick={() => remove.run({ cartId, itemIds: [item.id] })}>Remove</button>
      </form>
      {update.told}
      {remove.told}
    </li>
  )
}

function Discount({ cartId, items }: { cartId: string; items: Item[] }) {
  const apply = useChange(applyDiscount)
  const remove = useChange(removeDiscount)
  const codes = [...new Set(items.flatMap((item) => item.discount?.code ?? []))]
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const discountCode = String(new FormData(event.currentTarget).get('code')).trim()
    apply.run({ cartId, discountCode })
  }
  return (
    <section aria-label="Discount">
      <form onSubmit={submit}>
        <label>Discount code<input name="code" required autoComplete="off" /></label>
        <button type="submit" disabled={apply.busy}>Apply</button>
      </form>
      {codes.map((code) => (
        <p key={code}>
          {`${code} is applied. `}
          <button type="button" disabled={remove.busy} onClick={() => remove.run({ cartId, discountCode: code })}>{`Remove ${code}`}</button>
        </p>
      ))}
      {apply.told}
      {remove.told}
    </section>
  )
}
