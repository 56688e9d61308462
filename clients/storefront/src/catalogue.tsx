// The catalogue: search, and pages by cursor. Both are in the address.
import type { FormEvent } from 'react'
import { useQuery } from 'urql'
import { Failure } from './failures'
import { graphql } from './gql'
import type { ProductsQuery, ProductsQueryVariables } from './gql/graphql'
import { go, Link, Title, useAddress } from './router'
import { money, period } from './text'

const query = graphql(`
  query Products($searchText: String, $first: Int, $after: String, $last: Int, $before: String) {
    products(searchText: $searchText, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes {
        id
        name
        vendorName
        blurb
        isFree
        startingPrices { amount currency frequency }
      }
      pageInfo { startCursor endCursor hasPreviousPage hasNextPage }
    }
  }
`)

const pageSize = 12

export function Catalogue() {
  const { searchParams } = useAddress()
  const [{ data, fetching, error }, again] = useQuery({ query, variables: variablesOf(searchParams) })
  const products = data?.products
  return (
    <>
      <Title>Catalogue</Title>
      <Search text={searchParams.get('q') ?? ''} />
      <Failure error={error} again={() => again({ requestPolicy: 'network-only' })} />
      <p role="status">{fetching ? 'Loading…' : products && `${products.totalCount} products`}</p>
      {products && (
        <>
          <ul className="cards">
            {products.nodes.map((product) => <Card key={product.id} product={product} />)}
          </ul>
          <Pages of={products.pageInfo} params={searchParams} />
        </>
      )}
    </>
  )
}

function variablesOf(params: URLSearchParams): ProductsQueryVariables {
  const searchText = params.get('q')
  const before = params.get('before')
  return before
    ? { searchText, last: pageSize, before }
    : { searchText, first: pageSize, after: params.get('after') }
}

function Search({ text }: { text: string }) {
  function search(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const q = String(new FormData(event.currentTarget).get('q')).trim()
    go(q ? `/?${new URLSearchParams({ q })}` : '/')
  }
  return (
    <form role="search" onSubmit={search} key={text}>
      <label htmlFor="q">Search products</label>
      <input id="q" name="q" type="search" defaultValue={text} />
      <button type="submit">Search</button>
    </form>
  )
}

type Products = NonNullable<ProductsQuery['products']>

function Card({ product }: { product: Products['nodes'][number] }) {
  const price = product.startingPrices?.[0]
  return (
    <li>
      <h2><Link href={`/products/${product.id}`}>{product.name}</Link></h2>
      <p className="small">{product.vendorName}</p>
      <p>{product.blurb}</p>
      <p>{product.isFree ? 'Free' : price && `from ${money(price.amount, price.currency)} ${period(price.frequency)}`}</p>
    </li>
  )
}

function Pages({ of, params }: { of: Products['pageInfo']; params: URLSearchParams }) {
  const q = params.get('q')
  const at = (cursor: Record<string, string>) => `/?${new URLSearchParams(q ? { q, ...cursor } : cursor)}`
  return (
    <nav aria-label="Pages">
      {of.hasPreviousPage && of.startCursor && <Link href={at({ before: of.startCursor })}>Previous</Link>}
      {of.hasNextPage && of.endCursor && <Link href={at({ after: of.endCursor })}>Next</Link>}
    </nav>
  )
}
