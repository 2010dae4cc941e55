// vscode-jsonrpc over TCP with Content-Length headers, and over WebSocket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'node:test';
import rpc from 'vscode-jsonrpc/node';
import WebSocket from 'ws';
import * as daybook from './daybook.mjs';

const { wsURL, tcp, token, questions } = daybook;

async function overTCP(t, token) {
  const socket = connect(tcp);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  const connection = rpc.createMessageConnection(new rpc.StreamMessageReader(socket), new rpc.StreamMessageWriter(socket));
  connection.listen();
  await connection.sendRequest('Authenticate', { token });
  return connection;
}

// The package has no WebSocket of its own: a frame is a message.
class Reader extends rpc.AbstractMessageReader {
  constructor(socket) { super(); this.socket = socket; }
  listen(callback) {
    this.socket.on('message', (text) => callback(JSON.parse(text)));
    return rpc.Disposable.create(() => this.socket.removeAllListeners('message'));
  }
}
class Writer extends rpc.AbstractMessageWriter {
  constructor(socket) { super(); this.socket = socket; }
  async write(message) { this.socket.send(JSON.stringify(message)); }
  end() { this.socket.close(); }
}

async function overWebSocket(t) {
  const socket = new WebSocket(wsURL, { headers: { Authorization: `Bearer ${token}` } });
  t.after(() => socket.terminate());
  await once(socket, 'open');
  const connection = rpc.createMessageConnection(new Reader(socket), new Writer(socket));
  connection.listen();
  return connection;
}

const caller = (connection) => (method, params) => connection.sendRequest(method, params);

test('three lines', daybook.limit, async () => {
  const { method, params, result } = questions[0];
  const socket = connect(tcp);
  const connection = rpc.createMessageConnection(new rpc.StreamMessageReader(socket), new rpc.StreamMessageWriter(socket));
  connection.listen();
  await connection.sendRequest('Authenticate', { token });
  const answer = await connection.sendRequest(method, params);
  socket.destroy();
  assert.deepEqual(answer, result);
});

for (const [name, open] of [['TCP', (t) => overTCP(t, token)], ['WebSocket', overWebSocket]]) {
  test(`${name}: answers and errors`, daybook.limit, async (t) => {
    await daybook.asks(caller(await open(t)));
  });

  test(`${name}: params by position`, daybook.limit, async (t) => {
    const connection = await open(t);
    await daybook.asks((method, params) => connection.sendRequest(method, rpc.ParameterStructures.byPosition, params));
  });

  test(`${name}: no params`, daybook.limit, async (t) => {
    const connection = await open(t);
    await daybook.discovers((method) => connection.sendRequest(method));
  });

  test(`${name}: live rows`, daybook.limit, async (t) => {
    const connection = await open(t);
    const events = daybook.queue();
    connection.onNotification('LogEvent', events.put);
    await daybook.live(caller(connection), events.next);
  });

  test(`${name}: cancel`, daybook.limit, async (t) => {
    const connection = await open(t);
    const source = new rpc.CancellationTokenSource();
    const answer = connection.sendRequest(daybook.slow.method, daybook.slow.params, source.token);
    source.cancel();
    await assert.rejects(answer, (e) => daybook.isError(e, daybook.cancelled));
  });

  test(`${name}: notifications of its own are no fault`, daybook.limit, async (t) => {
    const connection = await open(t);
    await connection.trace(rpc.Trace.Verbose, { log() {} }, { sendNotification: true });
    await daybook.asks(caller(connection));
  });
}

test('TCP: sessions and tokens', daybook.limit, async (t) => {
  await daybook.refused(caller(await overTCP(t, daybook.userToken)));
  await assert.rejects(overTCP(t, daybook.wrongToken), (e) => daybook.isError(e, {
    code: -32001, message: 'unknown token', data: { name: 'PERMISSION_DENIED', code: 401 },
  }));
});
