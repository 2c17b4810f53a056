// Prints the tokens that llama.cpp gives to a text and those that it continues it with at
// temperature 0: node llama.mjs JOBS, a JSON list of {path, text, count}.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.cwd() + '/') // of the folder with node_modules
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(require.resolve('node-llama-cpp')))

const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 })
const found = []
for (const { path, text, count } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
	const model = await llama.loadModel({ modelPath: path })
	const context = await model.createContext({ contextSize: 256 })
	const sequence = context.getSequence()
	const prompt = model.tokenize(text)
	const tokens = []
	for await (const token of sequence.evaluate([model.tokens.bos, ...prompt], { temperature: 0 })) {
		tokens.push(Number(token))
		if (tokens.length >= count) break
	}
	found.push({ prompt: prompt.map(Number), tokens, text: model.detokenize(tokens) })
	await context.dispose()
	await model.dispose()
}
console.log(JSON.stringify(found))
process.exit(0)
