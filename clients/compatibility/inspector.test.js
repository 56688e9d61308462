// GraphQL Inspector 8: the schema that the gateway gives by introspection is the
// one that it publishes as text, and our examples fit it.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { CriticalityLevel, diff, validate } from '@graphql-inspector/core'
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, Source } from 'graphql'
import { graph } from './gateway.js'

const examples = new URL('../../docs/examples/', import.meta.url)

async function introspected() {
  const reply = await fetch(graph, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true }) }),
  })
  const { data, errors } = await reply.json()
  assert.equal(errors, undefined)
  return buildClientSchema(data)
}

test('Inspector: introspection says what the text says', async () => {
  const text = await (await fetch(new URL('/schema.graphqls', graph))).text()
  // Introspection has no applied directives: both are compared as printed without.
  const printed = (schema) => buildSchema(printSchema(lexicographicSortSchema(schema)))
  const changes = await diff(printed(buildSchema(text)), printed(await introspected()))
  const told = changes.filter((change) => !change.path?.startsWith('@defer')) // gqlgen's own, in no schema file
  assert.deepEqual(told.map((change) => `${change.criticality.level}: ${change.message}`), [])
})

test('Inspector: what would break is found', async () => {
  const schema = await introspected()
  const stricter = buildSchema(printSchema(schema).replace('searchText: String', 'searchText: String!'))
  const changes = await diff(schema, stricter)
  assert.ok(changes.some((change) => change.criticality.level === CriticalityLevel.Breaking))
})

test('Inspector: the examples fit', async () => {
  const names = (await readdir(examples)).filter((name) => name.endsWith('.graphql'))
  assert.ok(names.length > 10)
  const sources = await Promise.all(names.map(async (name) => new Source(await readFile(new URL(name, examples), 'utf8'), name)))
  assert.deepEqual(validate(await introspected(), sources), [])
})
