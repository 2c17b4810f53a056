// Prints the language that npm's lande gives to each text: node lande.mjs TEXTS, a JSON list.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.cwd() + '/') // of the folder with node_modules
const { default: lande } = await import(pathToFileURL(require.resolve('lande')))
console.log(JSON.stringify(JSON.parse(readFileSync(process.argv[2], 'utf8')).map((text) => lande(text)[0][0])))
