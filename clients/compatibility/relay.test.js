// Relay 21: what relay-compiler made of our schema, run by its store, which
// merges the pages of a connection. Asking by hash is its network's own affair.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import relay from 'relay-runtime'
import { checkWalk, firstProduct, graph, nowhere, pageSize, recorder } from './gateway.js'
import productQuery from './relay/__generated__/documentsProductQuery.graphql.js'
import walkQuery from './relay/__generated__/documentsWalkQuery.graphql.js'

const { Environment, fetchQuery, Network, RecordSource, Store } = relay

function environment(fetch) {
  const post = async (body) => {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' }
    return (await fetch(graph, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  }
  const network = Network.create(async ({ text, name }, variables) => {
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') }
    const request = { operationName: name, variables, extensions: { persistedQuery } }
    const answer = await post(request)
    const unknown = answer.errors?.some((error) => error.extensions.code === 'PERSISTED_QUERY_NOT_FOUND')
    return unknown ? post({ ...request, query: text }) : answer
  })
  return new Environment({ network, store: new Store(new RecordSource()) })
}

test('Relay: a query', async () => {
  const want = await firstProduct()
  const { product } = await fetchQuery(environment(fetch), productQuery, { id: want.id }).toPromise()
  assert.equal(product.name, want.name)
})

test('Relay: a page walk', async () => {
  const shop = environment(fetch)
  let after, products
  do {
    ({ products } = await fetchQuery(shop, walkQuery, { first: pageSize, after }).toPromise())
    after = products.pageInfo.endCursor
  } while (products.pageInfo.hasNextPage)
  checkWalk(products.edges.map((edge) => edge.node.id), products.totalCount)
})

test('Relay: an error', async () => {
  let answer
  const shop = environment(async (...request) => {
    const reply = await fetch(...request)
    answer = await reply.clone().json()
    return reply
  })
  const { product } = await fetchQuery(shop, productQuery, { id: nowhere }).toPromise()
  assert.equal(product, null) // Relay keeps field errors to itself, unless @throwOnFieldError asks
  assert.equal(answer.errors[0].extensions.code, 'NOT_FOUND')
})

test('Relay: an automatic persisted query', async () => {
  const { fetch, sent } = recorder()
  const shop = environment(fetch)
  const want = await firstProduct()
  for (let i = 0; i < 2; i++) {
    const { product } = await fetchQuery(shop, productQuery, { id: want.id }, { fetchPolicy: 'network-only' }).toPromise()
    assert.equal(product.name, want.name)
  }
  assert.deepEqual(sent.at(-1), { method: 'POST', document: false, operation: 'documentsProductQuery' })
})
