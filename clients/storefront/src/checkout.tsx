// The checkout: what has to be told, where it goes, how it is paid, and the
// purchase. Each part is a form of its own, and can be done again.
import { useState } from 'react'
import { useQuery } from 'urql'
import { useBuyer, type Buyer } from './buyer'
import { Delivery } from './delivery'
import { Details } from './details'
import { Failure } from './failures'
import { graphql } from './gql'
import { Payment } from './payment'
import { Purchase } from './purchase'
import { Link, Title } from './router'
import { Totals } from './totals'

const query = graphql(`
  query Checkout($input: ActiveCartOfUserInput!) {
    activeCartOfUser(input: $input) {
      id
      items { id product { name } }
      ...Told
      ...Delivered
      ...Paid
      ...Totals
    }
  }
`)

const context = { additionalTypenames: ['Cart'] }

export function Checkout() {
  const { buyer, error } = useBuyer()
  const [number, bought] = useState<string>()
  if (number !== undefined) return <Receipt number={number} />
  return (
    <>
      <Title>Checkout</Title>
      <Failure error={error} />
      {buyer && <Steps buyer={buyer} bought={bought} />}
    </>
  )
}

function Steps({ buyer, bought }: { buyer: Buyer; bought: (number: string) => void }) {
  const [{ data, fetching, error }, again] = useQuery({ query, context, variables: { input: buyer.input } })
  const cart = data?.activeCartOfUser
  return (
    <>
      <Failure error={error} again={() => again({ requestPolicy: 'network-only' })} />
      {fetching && <p role="status">Loading…</p>}
      {data && !cart?.items?.length && <p>Your cart is empty.</p>}
      {cart && cart.items && cart.items.length > 0 && (
        <>
          <Details cart={cart} items={cart.items} />
          <Delivery cart={cart} />
          <Payment cart={cart} buyer={buyer} />
          <Totals of={cart} />
          <Purchase key={cart.id} cartId={cart.id} bought={bought} />
        </>
      )}
    </>
  )
}

function Receipt({ number }: { number: string }) {
  return (
    <>
      <Title>Thank you</Title>
      <p>Your purchase has the number <strong id="purchase-number">{number}</strong>.</p>
      <p><Link href="/">Back to the catalogue</Link></p>
    </>
  )
}
