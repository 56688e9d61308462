// Builds the page into ../assets, each file gzipped under a name that holds its
// hash. With --check it writes nothing and says whether ../assets is what this
// folder builds.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))
const assets = path.join(here, '..', 'assets')
const settings = {
  absWorkingDir: here,
  outdir: 'out', // a name only: nothing is written there
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  legalComments: 'none', // licenses() keeps the whole texts
  target: 'es2022',
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
}

// The editor's workers are scripts of their own, so that the page can start
// them from its own origin.
const workers = await esbuild.build({
  ...settings,
  format: 'iife',
  entryPoints: {
    editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
    json: 'monaco-editor/esm/vs/language/json/json.worker.js',
    graphql: 'monaco-graphql/esm/graphql.worker.js',
  },
})
const page = await esbuild.build({
  ...settings,
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  loader: { '.ttf': 'file' },
  entryPoints: { page: 'src/page.jsx' },
  define: {
    ...settings.define,
    ...Object.fromEntries(['editor', 'json', 'graphql'].map((label) => [
      `WORKER_${label.toUpperCase()}`, JSON.stringify(output(workers, `${label}-`, '.js')),
    ])),
  },
})

const files = new Map()
for (const file of [...workers.outputFiles, ...page.outputFiles]) {
  files.set(path.basename(file.path), Buffer.from(file.contents))
}
const icon = await readFile(path.join(here, 'src', 'favicon.svg'))
const texts = Buffer.from(await licenses([workers, page]))
files.set(named('favicon', icon, '.svg'), icon)
files.set(named('licenses', texts, '.txt'), texts)
const index = await readFile(path.join(here, 'src', 'index.html'), 'utf8')
files.set('index.html', Buffer.from(index
  .replace('{{script}}', output(page, 'page-', '.js'))
  .replace('{{style}}', output(page, 'page-', '.css'))
  .replace('{{icon}}', named('favicon', icon, '.svg'))
  .replace('{{licenses}}', named('licenses', texts, '.txt'))))

await (process.argv.includes('--check') ? check() : write())

function output(result, prefix, suffix) {
  const names = result.outputFiles.map((file) => path.basename(file.path))
  const found = names.filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
  if (found.length !== 1) throw new Error(`not one ${prefix}*${suffix}: ${found}`)
  return found[0]
}

function named(name, content, suffix) {
  return `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase()}${suffix}`
}

// licenses gives the texts of all packages that are in the bundle.
async function licenses(results) {
  const folders = new Set()
  for (const input of results.flatMap((result) => Object.keys(result.metafile.inputs))) {
    const inside = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (inside) folders.add(inside[1])
  }
  const parts = []
  for (const folder of [...folders].sort()) {
    const about = JSON.parse(await readFile(path.join(here, folder, 'package.json'), 'utf8'))
    const file = (await readdir(path.join(here, folder))).sort().find((name) => /^licen[sc]e/i.test(name))
    const text = file ? await readFile(path.join(here, folder, file), 'utf8') : `License: ${about.license}`
    parts.push(`${about.name} ${about.version}\n\n${text.trim()}\n`)
  }
  return parts.join(`\n${'-'.repeat(72)}\n\n`)
}

async function write() {
  await rm(assets, { recursive: true, force: true })
  await mkdir(assets, { recursive: true })
  let raw = 0
  let packed = 0
  for (const [name, content] of files) {
    const gz = gzipSync(content, { level: 9 })
    gz[9] = 255 // no operating system: the file is the same wherever it is built
    await writeFile(path.join(assets, `${name}.gz`), gz)
    raw += content.length
    packed += gz.length
  }
  console.log(`explorer: ${files.size} files, ${raw} bytes, ${packed} gzipped`)
}

// check compares contents, not archives: those differ between versions of zlib.
async function check() {
  const kept = existsSync(assets) ? (await readdir(assets)).map((name) => name.replace(/\.gz$/, '')) : []
  const faults = kept.filter((name) => !files.has(name)).map((name) => `${name} is not built any more`)
  for (const [name, content] of files) {
    if (!kept.includes(name)) faults.push(`${name} is missing`)
    else if (!gunzipSync(await readFile(path.join(assets, `${name}.gz`))).equals(content)) faults.push(`${name} differs`)
  }
  for (const fault of faults) console.error(`explorer: ${fault}`)
  if (faults.length > 0) {
    console.error('explorer: run make explorer and commit server/explorer/assets')
    process.exitCode = 1
  }
}
