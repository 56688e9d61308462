// graphql-request 7. It has no persisted queries of its own; its middleware can
// put the hash where the document was.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ClientError, GraphQLClient } from 'graphql-request'
import { checkWalk, firstProduct, graph, nowhere, oneProduct, pageSize, recorder, walk } from './gateway.js'

const client = new GraphQLClient(graph)

test('graphql-request: a query', async () => {
  const want = await firstProduct()
  const { product } = await client.request(oneProduct, { id: want.id })
  assert.equal(product.name, want.name)
})

test('graphql-request: a page walk', async () => {
  const ids = []
  let page, after
  do {
    page = (await client.request(walk, { first: pageSize, after })).products
    ids.push(...page.nodes.map((product) => product.id))
    after = page.pageInfo.endCursor
  } while (page.pageInfo.hasNextPage)
  checkWalk(ids, page.totalCount)
})

test('graphql-request: an error', async () => {
  await assert.rejects(client.request(oneProduct, { id: nowhere }), (error) => {
    assert.ok(error instanceof ClientError)
    assert.equal(error.response.errors[0].extensions.code, 'NOT_FOUND')
    assert.deepEqual(error.response.errors[0].path, ['product'])
    return true
  })
})

test('graphql-request: an automatic persisted query', async () => {
  const { fetch, sent } = recorder()
  let document = true
  const requestMiddleware = (request) => ({ ...request, body: hashed(request.body, document) })
  const shop = new GraphQLClient(graph, { fetch, requestMiddleware })
  const want = await firstProduct()
  await shop.request(oneProduct, { id: want.id })
  document = false
  const { product } = await shop.request(oneProduct, { id: want.id })
  assert.equal(product.name, want.name)
  assert.deepEqual(sent.map((request) => request.document), [true, false])
})

// hashed adds the hash, and takes the document away unless it is to be learnt.
function hashed(body, document) {
  const { query, ...rest } = JSON.parse(body)
  const sha256Hash = createHash('sha256').update(query).digest('hex')
  return JSON.stringify({ ...rest, ...(document && { query }), extensions: { persistedQuery: { version: 1, sha256Hash } } })
}
