// How it is paid: by a method that is kept already, or by a new card.
import { useState, type FormEvent } from 'react'
import { useQuery } from 'urql'
import { AddressFields } from './address'
import type { Buyer } from './buyer'
import { tokenOf } from './cards'
import { useChange } from './change'
import { Failure } from './failures'
import { graphql } from './gql'
import type { PaidFragment } from './gql/graphql'
import { useSession } from './session'

const query = graphql(`
  query PaymentMethods {
    me { id currentMembership { paymentMethods { id isDefault type brand accountDisplay } } }
  }
`)

graphql(`
  fragment Paid on Cart { id paymentMethodId }
`)

const addMethod = graphql(`
  mutation AddPaymentMethod($input: AddPaymentMethodInput!) {
    addPaymentMethod(input: $input) { paymentMethod { id } userErrors { ...Refusal } }
  }
`)

const chooseMethod = graphql(`
  mutation ChoosePaymentMethod($input: SetCartPaymentMethodInput!) {
    setCartPaymentMethod(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

// A card that is added changes the list.
const context = { additionalTypenames: ['PaymentMethod'] }

export function Payment({ cart, buyer }: { cart: PaidFragment; buyer: Buyer }) {
  const [{ data, error }, again] = useQuery({ query, context })
  const methods = data?.me?.currentMembership?.paymentMethods ?? []
  const { run, busy, told } = useChange(chooseMethod)
  return (
    <section aria-labelledby="payment">
      <h2 id="payment">Payment</h2>
      <Failure error={error} again={() => again({ requestPolicy: 'network-only' })} />
      {methods.length > 0 && (
        <fieldset disabled={busy}>
          <legend>Pay with</legend>
          {methods.map((method) => (
            <label key={method.id} className="choice">
              <input
                type="radio" name="method" checked={cart.paymentMethodId ? method.id === cart.paymentMethodId : method.isDefault === true}
                onChange={() => run({ cartId: cart.id, paymentMethodId: method.id })}
              />
              {nameOf(method)}
            </label>
          ))}
          {told}
        </fieldset>
      )}
      <Card buyer={buyer} />
    </section>
  )
}

function Card({ buyer }: { buyer: Buyer }) {
  const { run, busy, payload, told } = useChange(addMethod)
  const { token: session } = useSession()
  const [problem, setProblem] = useState('')
  function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    setProblem('')
    tokenOf(new FormData(event.currentTarget), session ?? '').then(
      (token) => run({ ...buyer.input, token }),
      (cause: Error) => setProblem(cause.message),
    )
  }
  return (
    <form key={payload?.paymentMethod?.id} onSubmit={add}>
      <label>Name on card<input name="holder" required autoComplete="cc-name" /></label>
      <label>Card number<input name="number" required inputMode="numeric" autoComplete="cc-number" /></label>
      <label>Expires (month)<input name="month" type="number" required min={1} max={12} autoComplete="cc-exp-month" /></label>
      <label>Expires (year)<input name="year" type="number" required min={2000} max={2100} autoComplete="cc-exp-year" /></label>
      <label>Security code<input name="code" required inputMode="numeric" autoComplete="cc-csc" /></label>
      <AddressFields of="billing" />
      <button type="submit" disabled={busy}>Add card</button>
      {problem && <p role="alert" className="failure">{problem}</p>}
      {told}
    </form>
  )
}

function nameOf(method: { brand: string | null; type: string | null; accountDisplay: string | null }): string {
  return `${method.brand ?? method.type ?? 'a card'} ending in ${method.accountDisplay ?? '?'}`
}
