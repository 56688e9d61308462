// Where the gateway is, and what all scripts ask it.
import assert from 'node:assert/strict'

export const graph = process.env.GRAPH ?? 'http://127.0.0.1:8080/api/graphql'

// token is what the examples are asked with; everything else is a visitor's.
export const token = process.env.TOKEN

export const oneProduct = 'query Product($id: ID!) { product(id: $id) { id name } }'

export const walk = `
  query Walk($first: Int!, $after: String) {
    products(first: $first, after: $after) {
      totalCount
      nodes { id }
      pageInfo { endCursor hasNextPage }
    }
  }
`

export const pageSize = 30 // so that the demo catalogue of 90 has pages

// nowhere is a product that no catalogue has.
export const nowhere = '00000000-0000-4000-8000-000000000000'

// firstProduct is asked for without any client.
export async function firstProduct() {
  const reply = await fetch(graph, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: '{ products(first: 1) { nodes { id name } } }' }),
  })
  return (await reply.json()).data.products.nodes[0]
}

// recorder is a fetch that remembers whether requests carried a document.
export function recorder() {
  const sent = []
  return {
    sent,
    fetch: (address, init = {}) => {
      const url = new URL(address)
      const body = init.body ? JSON.parse(init.body) : Object.fromEntries(url.searchParams)
      sent.push({ method: init.method ?? 'GET', document: Boolean(body.query), operation: body.operationName })
      return fetch(address, init)
    },
  }
}

// checkWalk: every product once.
export function checkWalk(ids, totalCount) {
  assert.ok(totalCount > pageSize, `a catalogue of ${totalCount} has one page`)
  assert.equal(ids.length, totalCount)
  assert.equal(new Set(ids).size, totalCount)
}
