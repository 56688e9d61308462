// Apollo Client 4: the normalised cache merges pages, and the link for persisted
// queries asks by hash, with GET.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { checkWalk, firstProduct, graph, nowhere, oneProduct, pageSize, recorder, walk } from './gateway.js'

// connection is one list in the cache, whatever page was asked for.
const connection = {
  keyArgs: [],
  merge: (kept, page) => ({ ...page, nodes: [...(kept?.nodes ?? []), ...page.nodes] }),
}

function client(fetch, ...links) {
  const http = new HttpLink({ uri: graph, fetch })
  return new ApolloClient({
    link: links.reduceRight((next, link) => link.concat(next), http),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { products: connection } } } }),
  })
}

test('Apollo: a query', async () => {
  const want = await firstProduct()
  const { data } = await client(fetch).query({ query: gql(oneProduct), variables: { id: want.id } })
  assert.equal(data.product.name, want.name)
})

test('Apollo: a page walk', async () => {
  const shop = client(fetch)
  let products, after
  do {
    const page = { query: gql(walk), variables: { first: pageSize, after }, fetchPolicy: 'network-only' };
    ({ data: { products } } = await shop.query(page))
    after = products.pageInfo.endCursor
  } while (products.pageInfo.hasNextPage)
  checkWalk(products.nodes.map((product) => product.id), products.totalCount)
})

test('Apollo: an error', async () => {
  const asked = client(fetch).query({ query: gql(oneProduct), variables: { id: nowhere } })
  await assert.rejects(asked, (error) => {
    assert.ok(CombinedGraphQLErrors.is(error))
    assert.equal(error.errors[0].extensions.code, 'NOT_FOUND')
    assert.deepEqual(error.errors[0].path, ['product'])
    return true
  })
})

test('Apollo: an automatic persisted query', async () => {
  const { fetch, sent } = recorder()
  const sha256 = (text) => createHash('sha256').update(text).digest('hex')
  const shop = client(fetch, new PersistedQueryLink({ sha256, useGETForHashedQueries: true }))
  const { id } = await firstProduct()
  for (let i = 0; i < 2; i++) {
    await shop.query({ query: gql(oneProduct), variables: { id }, fetchPolicy: 'network-only' })
  }
  assert.deepEqual(sent.at(-1), { method: 'GET', document: false, operation: 'Product' })
})
