// Desk is what one page asks with beside the document: which stage of the
// schema, and whether the next run is for its price only.
export class Desk {
  stage = 'production'
  dry = false
  last // {cost, upstream, dry} of the last answer to an operation

  // onAnswer hears of each answer's price.
  onAnswer() {}

  get path() { return this.stage === 'preview' ? '/api/graphql/preview' : '/api/graphql' }

  // takeDry is whether this run is for its price, and is true once.
  takeDry() {
    const dry = this.dry
    this.dry = false
    return dry
  }

  answered(extensions, dry) {
    this.last = { cost: extensions?.cost, upstream: extensions?.upstream, dry }
    this.onAnswer(this.last)
  }
}

// changes reports whether running a document would change something.
export function changes(documentAST, operationName) {
  const operations = documentAST?.definitions.filter((d) => d.kind === 'OperationDefinition') ?? []
  const chosen = operations.find((d) => d.name?.value === operationName) ?? operations[0]
  return chosen?.operation === 'mutation'
}
