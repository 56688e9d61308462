import type { CodegenConfig } from '@graphql-codegen/cli'

// Checks every graphql(`…`) in src against the schema and writes its types to
// src/gql. That folder is made by each build and not committed: a schema that
// this page no longer fits fails the build, not a visitor.
const config: CodegenConfig = {
  schema: '../../schema.graphqls',
  documents: 'src/**/*.{ts,tsx}',
  generates: {
    './src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        skipTypename: true,
        enumsAsTypes: true,
        avoidOptionals: { field: true },
        defaultScalarType: 'unknown',
        scalars: {
          // Amounts are shown, never calculated with: all sums are the gateway's.
          Decimal: 'number',
          DateTime: 'string',
          Locale: 'string',
          URL: 'string',
        },
      },
    },
  },
}

export default config
