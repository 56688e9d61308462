// graphql-codegen's client preset: documents with types of their own, under
// tsc --strict, and with a hash that no client has to compute.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkWalk, firstProduct, graph, nowhere, pageSize, recorder } from '../gateway.js'
import { graphql } from './gql/index.js'
import manifest from './gql/persisted-documents.json' with { type: 'json' }
import type { TypedDocumentString } from './gql/graphql.js'

const oneProduct = graphql(`query PresetProduct($id: ID!) { product(id: $id) { id name rating } }`)

const walk = graphql(`
  query PresetWalk($first: Int!, $after: String) {
    products(first: $first, after: $after) {
      totalCount
      nodes { id }
      pageInfo { endCursor hasNextPage }
    }
  }
`)

interface Answer<Data> {
  data: Data
  errors?: { extensions: { code: string }, path?: (string | number)[] }[]
}

interface Request {
  query?: string
  extensions?: { persistedQuery: { version: 1, sha256Hash: string } }
}

async function post<Data, Variables>(send: typeof fetch, request: Request, variables: Variables): Promise<Answer<Data>> {
  const headers = { 'Content-Type': 'application/json' }
  const reply = await send(graph, { method: 'POST', headers, body: JSON.stringify({ ...request, variables }) })
  return await reply.json() as Answer<Data>
}

const byText = <Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables) =>
  post<Data, Variables>(fetch, { query: document.toString() }, variables)

// byHash sends a document only when its hash is not known, and then as the manifest
// of the build has it, whose hash it is.
async function byHash<Data, Variables>(send: typeof fetch, document: TypedDocumentString<Data, Variables>, variables: Variables) {
  const sha256Hash = document.__meta__?.['hash'] as keyof typeof manifest
  const extensions = { persistedQuery: { version: 1, sha256Hash } } as const
  const answer = await post<Data, Variables>(send, { extensions }, variables)
  const unknown = answer.errors?.some((error) => error.extensions.code === 'PERSISTED_QUERY_NOT_FOUND')
  return unknown ? post<Data, Variables>(send, { query: manifest[sha256Hash], extensions }, variables) : answer
}

test('client preset: a query', async () => {
  const want = await firstProduct()
  const { data } = await byText(oneProduct, { id: want.id })
  const rating: number | null | undefined = data.product?.rating
  assert.equal(data.product?.name, want.name)
  assert.ok(rating == null || typeof rating === 'number')
})

test('client preset: what the document does not ask for is no type', async () => {
  const { data } = await byText(oneProduct, { id: (await firstProduct()).id })
  // @ts-expect-error: tsc would fail here if there were no error
  assert.equal(data.product?.blurb, undefined)
  // @ts-expect-error: a variable is missing
  assert.ok((await byText(oneProduct, {})).errors)
})

test('client preset: a page walk', async () => {
  const ids: string[] = []
  let after: string | null | undefined, total: number | null | undefined, more = true
  while (more) {
    const { data: { products } } = await byText(walk, { first: pageSize, after })
    assert.ok(products)
    ids.push(...products.nodes.map((product) => product.id))
    total = products.totalCount
    after = products.pageInfo.endCursor
    more = products.pageInfo.hasNextPage
  }
  checkWalk(ids, total)
})

test('client preset: an error', async () => {
  const { data, errors } = await byText(oneProduct, { id: nowhere })
  assert.equal(data.product, null)
  assert.equal(errors?.[0]?.extensions.code, 'NOT_FOUND')
  assert.deepEqual(errors[0].path, ['product'])
})

test('client preset: an automatic persisted query', async () => {
  const { fetch, sent } = recorder()
  const want = await firstProduct()
  for (let i = 0; i < 2; i++) {
    const { data } = await byHash(fetch, oneProduct, { id: want.id })
    assert.equal(data.product?.name, want.name)
  }
  assert.equal(sent.at(-1)?.document, false)
})
