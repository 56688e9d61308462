// quicktype 26: types for Kotlin, Swift and Dart out of the schema and a document.
// No compiler of theirs is needed here: what is generated is parsed by each
// language's own grammar, and the same types as JavaScript, which check what they
// read, read what the gateway answers.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { before, test } from 'node:test'
import { buildSchema, introspectionFromSchema, parse } from 'graphql'
import { InputData, quicktype } from 'quicktype-core'
import { GraphQLInput } from 'quicktype-graphql-input'
import { Language, Parser } from 'web-tree-sitter'
import { graph, token } from './gateway.js'

const examples = new URL('../../docs/examples/', import.meta.url)
const languages = { kotlin: { framework: 'kotlinx' }, swift: {}, dart: {} }

// schema is the published one. quicktype takes every scalar that it does not know
// for text; amounts are numbers.
let schema, documents

before(async () => {
  const text = await (await fetch(new URL('/schema.graphqls', graph))).text()
  const introspection = introspectionFromSchema(buildSchema(text))
  schema = { data: JSON.parse(JSON.stringify(introspection).replaceAll('"name":"Decimal"', '"name":"Float"')) }
  const names = (await readdir(examples)).filter((name) => name.endsWith('.graphql'))
  documents = await Promise.all(names.map(async (name) => {
    const query = await readFile(new URL(name, examples), 'utf8')
    return { query, operation: parse(query).definitions[0].name.value, file: name }
  }))
  assert.ok(documents.length > 10)
})

async function typesOf({ operation, query }, lang, rendererOptions = {}) {
  const input = new GraphQLInput()
  await input.addSource({ name: operation, schema, query })
  const inputData = new InputData()
  inputData.addInput(input)
  return (await quicktype({ inputData, lang, rendererOptions })).lines.join('\n')
}

async function grammar(language) {
  await Parser.init()
  const file = createRequire(import.meta.url).resolve(`tree-sitter-wasms/out/tree-sitter-${language}.wasm`)
  return new Parser().setLanguage(await Language.load(file))
}

for (const [language, options] of Object.entries(languages)) {
  test(`quicktype: the examples as ${language}`, async () => {
    const parser = await grammar(language)
    assert.ok(parser.parse('class {{').rootNode.hasError)
    for (const document of documents) {
      const code = await typesOf(document, language, options)
      assert.match(code, new RegExp(`\\b(class|struct) ${document.operation}\\b`), document.file)
      assert.equal(parser.parse(code).rootNode.hasError, false, `${document.file}:\n${code}`)
    }
  })
}

// reader is what reads an answer into a document's types, and throws where it does not fit.
async function reader(document) {
  const module = {}
  new Function('module', await typesOf(document, 'javascript'))(module)
  return (answer) => module.exports[`to${document.operation}`](JSON.stringify(answer))
}

async function answered({ file, query }) {
  const variables = await readFile(new URL(file.replace('.graphql', '.json'), examples), 'utf8').catch(() => '{}')
  const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) }
  const reply = await fetch(graph, { method: 'POST', headers, body: JSON.stringify({ query, variables: JSON.parse(variables) }) })
  const { data, errors } = await reply.json()
  assert.equal(errors, undefined, `${file}; the examples need a TOKEN`)
  return { data }
}

test('quicktype: answers fit the types', async () => {
  for (const document of documents) {
    const answer = await answered(document)
    assert.deepEqual((await reader(document))(answer).data, answer.data, document.file)
  }
})

test('quicktype: an answer that does not fit is noticed', async () => {
  const shop = { operation: 'Shop', query: '{ products { totalCount nodes { rating startingPrices { amount frequency } } } }' }
  const read = await reader(shop)
  const answer = { data: { products: { totalCount: 1, nodes: [{ rating: 4.5, startingPrices: [{ amount: 9.99, frequency: 'MONTHLY' }] }] } } }
  assert.deepEqual(read(answer).data, answer.data)
  for (const [right, wrong] of [['4.5', '"4.5"'], ['MONTHLY', 'HOURLY'], ['totalCount', 'count'], ['[{', '{']]) {
    assert.throws(() => read(JSON.parse(JSON.stringify(answer).replace(right, wrong))), `${wrong} was read`)
  }
})
