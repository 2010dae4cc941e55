// Runs the script of a page, its first argument, with what it needs of a browser:
// the elements that have an id, and WebSocket, which Node.js has from version 22
// on only. It fills in the form, and sends it.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'

// A WebSocket sends and receives text, in frames that are whole messages
// (RFC 6455, section 5).
class WebSocket extends EventTarget {
  constructor(url) {
    super()
    const headers = {
      Connection: 'Upgrade', Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    }
    const closed = () => this.dispatchEvent(new Event('close'))
    const request = get(url.replace(/^ws/, 'http'), { headers })
    request.on('error', closed).on('response', closed).on('upgrade', (_, socket, head) => {
      let rest = head
      this.socket = socket.on('close', closed).on('data', (piece) => { rest = this.#read(Buffer.concat([rest, piece])) })
      this.dispatchEvent(new Event('open'))
    })
  }

  // read takes whole frames from the beginning of bytes, and returns the rest.
  #read(bytes) {
    for (;;) {
      const small = bytes.length < 2 ? 0 : bytes[1] & 127
      const head = small < 126 ? 2 : small === 126 ? 4 : 10
      if (bytes.length < head) return bytes
      const size = small < 126 ? small : small === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
      if (bytes.length < head + size) return bytes
      const text = 1
      if ((bytes[0] & 15) === text) {
        this.dispatchEvent(new MessageEvent('message', { data: bytes.toString('utf8', head, head + size) }))
      }
      bytes = bytes.subarray(head + size)
    }
  }

  send(text) {
    const payload = Buffer.from(text)
    const size = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255]
    const mask = [0, 0, 0, 0]
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | size[0], ...size.slice(1), ...mask]), payload]))
  }
}

const html = readFileSync(process.argv[2], 'utf8')
const elements = Object.fromEntries([...html.matchAll(/ id="(\w+)"/g)].map(([, id]) => [id, {}]))
elements.url.value = process.env.DAYBOOK_URL.replace('http', 'ws')
elements.token.value = process.env.DAYBOOK_TOKEN
elements.out.append = (text) => process.stdout.write(text)
elements.form.addEventListener = (type, listener) => { elements.form[type] = listener }
Object.assign(globalThis, { WebSocket, document: { getElementById: (id) => elements[id] } })
await import('data:text/javascript,' + encodeURIComponent(html.match(/<script type="module">(.*)<\/script>/s)[1]))
await elements.form.submit({ preventDefault() {} })
