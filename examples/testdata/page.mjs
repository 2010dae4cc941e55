// Runs the script of a page, its first argument, with what it needs of a page:
// the elements that have an id. It fills in the form, and sends it.
import { readFileSync } from 'node:fs'

const html = readFileSync(process.argv[2], 'utf8')
const elements = Object.fromEntries([...html.matchAll(/ id="(\w+)"/g)].map(([, id]) => [id, {}]))
elements.url.value = process.env.DAYBOOK_URL.replace('http', 'ws')
elements.token.value = process.env.DAYBOOK_TOKEN
elements.out.append = (text) => process.stdout.write(text)
elements.form.addEventListener = (type, listener) => { elements.form[type] = listener }
globalThis.document = { getElementById: (id) => elements[id] }
await import('data:text/javascript,' + encodeURIComponent(html.match(/<script type="module">(.*)<\/script>/s)[1]))
await elements.form.submit({ preventDefault() {} })
