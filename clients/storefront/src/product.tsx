// A product: what it is, and the plans it can be bought by.
import { useState, type FormEvent } from 'react'
import { useQuery } from 'urql'
import { useBuyer, type Buyer } from './buyer'
import { useChange } from './change'
import { Failure } from './failures'
import { graphql } from './gql'
import type { ProductQuery } from './gql/graphql'
import { Quantities, unitsOf } from './quantity'
import { Link, Title } from './router'
import { signIn } from './session'
import { money, period, unit } from './text'

const query = graphql(`
  query Product($id: ID!) {
    product(id: $id) {
      id
      name
      vendorName
      description
      isBuyable
      editions {
        id
        name
        isInvisible
        plans { id frequency costs { unit minUnits amounts { amount currency } } ...Quantities }
      }
    }
  }
`)

const addItems = graphql(`
  mutation AddItems($input: AddItemsInput!) {
    addItemsToCart(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

type Shown = NonNullable<ProductQuery['product']>
type Plan = NonNullable<NonNullable<Shown['editions']>[number]['plans']>[number]

export function Product({ id }: { id: string }) {
  const [{ data, fetching, error }, again] = useQuery({ query, variables: { id } })
  const product = data?.product
  return (
    <>
      {fetching && <p role="status">Loading…</p>}
      <Failure error={error} again={() => again({ requestPolicy: 'network-only' })} />
      {product && (
        <>
          <Title>{product.name ?? 'Product'}</Title>
          <p className="small">{product.vendorName}</p>
          <p>{product.description}</p>
          {product.isBuyable ? <Buy product={product} /> : <p>This cannot be bought now.</p>}
        </>
      )}
    </>
  )
}

function Buy({ product }: { product: Shown }) {
  const editions = product.editions?.filter((edition) => !edition.isInvisible) ?? []
  const plans = editions.flatMap((edition) => (edition.plans ?? []).map((plan) => ({ edition: edition.name, plan })))
  const [chosen, choose] = useState(plans[0]?.plan)
  const { buyer } = useBuyer()
  if (!chosen) return <p>This has no plans now.</p>
  return (
    <>
      <fieldset>
        <legend>Plan</legend>
        {plans.map(({ edition, plan }) => (
          <label key={plan.id} className="choice">
            <input type="radio" name="plan" checked={plan === chosen} onChange={() => choose(plan)} />
            {`${edition}: ${priceOf(plan)}`}
          </label>
        ))}
      </fieldset>
      {buyer
        ? <Add key={chosen.id} plan={chosen} buyer={buyer} />
        : <button type="button" onClick={signIn}>Sign in to buy</button>}
    </>
  )
}

function Add({ plan, buyer }: { plan: Plan; buyer: Buyer }) {
  const { run, busy, done, told } = useChange(addItems, ['Cart'])
  function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const units = unitsOf(plan, new FormData(event.currentTarget))
    run({ ...buyer.input, items: [{ pricingPlanId: plan.id, ...(units.length > 0 && { units }) }] })
  }
  return (
    <form onSubmit={add}>
      <Quantities plan={plan} />
      <button type="submit" disabled={busy}>Add to cart</button>
      {told}
      <p role="status">{done && <>It is in <Link href="/cart">your cart</Link>.</>}</p>
    </form>
  )
}

// priceOf reads "$5.00 per user, $4.00 per user from 11, $10.00, per month".
function priceOf(plan: Plan): string {
  const costs = (plan.costs ?? []).flatMap((cost, i, all) => {
    const price = cost.amounts?.[0]
    if (!price) return []
    const isStep = all.findIndex((other) => other.unit === cost.unit) < i
    return [money(price.amount, price.currency), unit(cost.unit) && `per ${unit(cost.unit)}`, isStep && `from ${cost.minUnits}`]
      .filter(Boolean).join(' ')
  })
  return [...costs, period(plan.frequency)].filter(Boolean).join(', ')
}
