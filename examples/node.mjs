// Asks Daybook over HTTP and follows live rows over TCP; Node.js 20 and no packages.
//
// DAYBOOK_URL=http://127.0.0.1:7390/rpc DAYBOOK_TCP=127.0.0.1:7391 DAYBOOK_TOKEN=dbk_… node node.mjs
// Node.js has a WebSocket client of its own from version 22 on; browser.html shows that API.
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const { DAYBOOK_URL, DAYBOOK_TCP, DAYBOOK_TOKEN } = process.env
const errors = { where: [['status', '=', 'ERROR']] }

// The server ended a subscription, and says why: the token has expired, say.
class Ended extends Error {}

// The server's refusal: code and data, as docs/api.md lists them.
class Refused extends Error {
  constructor({ code, message, data }) {
    super(message)
    Object.assign(this, { code, data })
  }
}

async function call(method, params) {
  const response = await fetch(DAYBOOK_URL, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${DAYBOOK_TOKEN}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(30_000),
  })
  const { error, result } = await response.json()
  if (error) throw new Refused(error)
  return result
}

// All matches, of the moment of the first page, page by page.
async function* pages(params, limit) {
  for (let offset = 0, at; ; offset += limit) {
    const page = await call('GetLogsByFilter', { ...params, limit, offset, cursor: true, at })
    if (page.rows.length === 0) return
    yield page.rows
    at = page.cursor
  }
}

// Rows as they are written. What is lost with a connection comes after: the last event's cursor.
async function* live(params) {
  const [host, port] = DAYBOOK_TCP.split(':')
  const socket = connect(Number(port), host)
  await once(socket, 'connect')
  socket.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SubscribeLogs', params, __token: DAYBOOK_TOKEN }) + '\n')
  try {
    for await (const line of createInterface({ input: socket })) {
      const { method, params: event, error } = JSON.parse(line)
      if (error) throw new Refused(error)
      if (method !== 'LogEvent') continue
      yield* event.rows
      if (event.ended) throw new Ended(event.ended)
    }
  } finally {
    socket.destroy() // the server keeps the connection for other requests
  }
}

for (const row of (await call('GetLogsByFilter', { ...errors, limit: 2, offset: 0 })).rows) console.log(row[0], row[3], row[6])
let found = 0
for await (const rows of pages(errors, 2)) found += rows.length
console.log(found, 'errors in pages of 2')
await call('GetLogsByFilter', { where: [['status', '~', 'x']], limit: 1, offset: 0 }).catch((e) => console.log('refused:', e.message, e.code))
try {
  for await (const row of live({ ...errors, backfill: 1 })) console.log('live:', row[0], row[3], row[6])
} catch (e) {
  if (!(e instanceof Ended)) throw e
  console.error('ended:', e.message)
  process.exitCode = 1
}
