// urql 5.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { persistedExchange } from '@urql/exchange-persisted'
import { cacheExchange, Client, fetchExchange } from 'urql'
import { checkWalk, firstProduct, graph, nowhere, oneProduct, pageSize, recorder, walk } from './gateway.js'

function client(fetch, ...exchanges) {
  return new Client({ url: graph, fetch, preferGetMethod: false, exchanges: [cacheExchange, ...exchanges, fetchExchange] })
}

test('urql: a query', async () => {
  const want = await firstProduct()
  const { data, error } = await client(fetch).query(oneProduct, { id: want.id })
  assert.equal(error, undefined)
  assert.equal(data.product.name, want.name)
})

test('urql: a page walk', async () => {
  const shop = client(fetch)
  const ids = []
  let page, after
  do {
    page = (await shop.query(walk, { first: pageSize, after })).data.products
    ids.push(...page.nodes.map((product) => product.id))
    after = page.pageInfo.endCursor
  } while (page.pageInfo.hasNextPage)
  checkWalk(ids, page.totalCount)
})

test('urql: an error', async () => {
  const { data, error } = await client(fetch).query(oneProduct, { id: nowhere })
  assert.equal(data.product, null)
  assert.equal(error.networkError, undefined)
  assert.equal(error.graphQLErrors[0].extensions.code, 'NOT_FOUND')
  assert.deepEqual(error.graphQLErrors[0].path, ['product'])
})

test('urql: an automatic persisted query', async () => {
  const { fetch, sent } = recorder()
  const shop = client(fetch, persistedExchange({ preferGetForPersistedQueries: true }))
  const want = await firstProduct()
  for (let i = 0; i < 2; i++) {
    const { data, error } = await shop.query(oneProduct, { id: want.id }, { requestPolicy: 'network-only' })
    assert.equal(error, undefined)
    assert.equal(data.product.name, want.name)
  }
  assert.deepEqual(sent.at(-1), { method: 'GET', document: false, operation: 'Product' })
})
