// Prints what @huggingface/gguf finds in files: node gguf.mjs FILES, a JSON list of paths.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(process.cwd() + '/') // of the folder with node_modules
const { gguf } = require('@huggingface/gguf')

const found = []
for (const path of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
	const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true })
	const tensors = tensorInfos.map((t) => ({
		name: t.name, shape: t.shape.map(Number), type: Number(t.dtype), at: Number(tensorDataOffset) + Number(t.offset),
	}))
	found.push({ metadata: Object.fromEntries(Object.entries(metadata).filter(([, v]) => typeof v === 'string')), tensors })
}
console.log(JSON.stringify(found))
