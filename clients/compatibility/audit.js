// GraphQL over HTTP, by the audits of the specification's reference library.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { graph } from './gateway.js'

for (const url of [graph, `${graph}/preview`]) {
  const audits = serverAudits({ url, fetchFn: fetch })
  test(`${new URL(url).pathname}: all audits are there`, () => assert.equal(audits.length, 61))
  for (const audit of audits) {
    test(`${new URL(url).pathname}: ${audit.name}`, async () => {
      const result = await audit.fn()
      assert.equal(result.status, 'ok', result.reason)
    })
  }
}
