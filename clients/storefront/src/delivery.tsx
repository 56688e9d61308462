// Where goods go, and how: an address is answered with quotes, of which one is chosen.
import type { FormEvent } from 'react'
import { AddressFields, textOf } from './address'
import { useChange } from './change'
import { graphql } from './gql'
import type { DeliveredFragment } from './gql/graphql'
import { locale, money } from './text'

graphql(`
  fragment Delivered on Cart {
    id
    fulfilment {
      id
      deliveryAddress { name addressLine1 city }
      chosenQuoteId
      shippingQuotes { id name { locale value } cost currency isFree }
    }
  }
`)

const setAddress = graphql(`
  mutation SetAddress($input: SetCartShippingAddressInput!) {
    setCartShippingAddress(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

const chooseShipping = graphql(`
  mutation ChooseShipping($input: ChooseCartShippingInput!) {
    chooseCartShipping(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

export function Delivery({ cart }: { cart: DeliveredFragment }) {
  const address = cart.fulfilment?.deliveryAddress
  return (
    <section aria-labelledby="delivery">
      <h2 id="delivery">Delivery</h2>
      <p>For goods that are sent to you. Services need none.</p>
      {address && <p>{`To ${[address.name, address.addressLine1, address.city].filter(Boolean).join(', ')}.`}</p>}
      <Address cartId={cart.id} />
      {cart.fulfilment && <Quotes cartId={cart.id} fulfilment={cart.fulfilment} />}
    </section>
  )
}

function Address({ cartId }: { cartId: string }) {
  const { run, busy, told } = useChange(setAddress)
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    run({
      cartId,
      address: {
        name: textOf(form, 'name'), addressLine1: textOf(form, 'street'), city: textOf(form, 'city'),
        subdivisionCode: textOf(form, 'state') || null, postalCode: textOf(form, 'zip'), countryCode: textOf(form, 'country').toUpperCase(),
      },
    })
  }
  return (
    <form onSubmit={save}>
      <label>Name<input name="name" required autoComplete="shipping name" /></label>
      <AddressFields of="shipping" />
      <button type="submit" disabled={busy}>Save address</button>
      {told}
    </form>
  )
}

type Fulfilment = NonNullable<DeliveredFragment['fulfilment']>

function Quotes({ cartId, fulfilment }: { cartId: string; fulfilment: Fulfilment }) {
  const { run, busy, told } = useChange(chooseShipping)
  return (
    <fieldset disabled={busy}>
      <legend>Way of delivery</legend>
      {fulfilment.shippingQuotes?.map((quote) => (
        <label key={quote.id} className="choice">
          <input
            type="radio" name="quote" checked={quote.id === fulfilment.chosenQuoteId}
            onChange={() => run({ cartId, shippingQuoteId: quote.id })}
          />
          {`${nameOf(quote)}: ${quote.isFree ? 'free' : money(quote.cost, quote.currency)}`}
        </label>
      ))}
      {told}
    </fieldset>
  )
}

function nameOf({ name }: NonNullable<Fulfilment['shippingQuotes']>[number]) {
  return (name?.find((text) => text.locale === locale) ?? name?.[0])?.value ?? 'Delivery'
}
