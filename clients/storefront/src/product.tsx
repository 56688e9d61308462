// A product: what it is, and the plans it can be bought by.
import { useQuery } from 'urql'
import { Failure } from './failures'
import { graphql } from './gql'
import type { ProductQuery } from './gql/graphql'
import { Title } from './router'
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
        plans { id frequency costs { unit amounts { amount currency } } }
      }
    }
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
          <Plans product={product} />
          {!product.isBuyable && <p>This cannot be bought now.</p>}
        </>
      )}
    </>
  )
}

function Plans({ product }: { product: Shown }) {
  const editions = product.editions?.filter((edition) => !edition.isInvisible) ?? []
  return (
    <ul>
      {editions.flatMap((edition) => (edition.plans ?? []).map((plan) => (
        <li key={plan.id}>{`${edition.name}: ${priceOf(plan)}`}</li>
      )))}
    </ul>
  )
}

// priceOf reads "$5.00 per user, $10.00, per month".
function priceOf(plan: Plan): string {
  const costs = (plan.costs ?? []).flatMap((cost) => {
    const price = cost.amounts?.[0]
    const per = unit(cost.unit)
    return price ? [money(price.amount, price.currency) + (per && ` per ${per}`)] : []
  })
  return [...costs, period(plan.frequency)].filter(Boolean).join(', ')
}
