// Runs models in ONNX Runtime: node onnx.mjs JOBS, a JSON file of objects, each with the
// paths of a model, its inputs and its outputs, the widths of its states, n and steps.
// Inputs are steps × n × width bytes, outputs likewise.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(process.cwd() + '/') // of the folder with node_modules
const ort = require('onnxruntime-node')

async function run(job) {
	const session = await ort.InferenceSession.create(job.model)
	const bytes = readFileSync(job.input)
	const width = bytes.length / job.steps / job.n
	const [type, array] = job.tokens ? ['uint8', Uint8Array] : ['int8', Int8Array]
	const feeds = {}
	for (const [i, w] of (job.states ?? []).entries()) {
		feeds[`state${i}`] = new ort.Tensor('int8', new Int8Array(job.n * w), [job.n, w])
	}
	const out = []
	for (let step = 0; step < job.steps; step++) {
		const data = new array(bytes.subarray(step * job.n * width, (step + 1) * job.n * width))
		feeds.input = new ort.Tensor(type, data, [job.n, width])
		const results = await session.run(feeds)
		out.push(Buffer.from(results.output.data))
		for (const name in feeds) {
			if (name !== 'input') feeds[name] = results[`${name}_next`]
		}
	}
	writeFileSync(job.output, Buffer.concat(out))
	await session.release()
}

for (const job of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
	try {
		await run(job)
	} catch (e) {
		console.log(`${job.model}: ${e}`)
		process.exit(1)
	}
}
