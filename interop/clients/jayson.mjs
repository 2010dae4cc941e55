// jayson over HTTP, TCP and WebSocket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { promisify } from 'node:util';
import jayson from 'jayson';
import WebSocket from 'ws';
import * as daybook from './daybook.mjs';

const { httpURL, wsURL, tcp, token, questions } = daybook;
const Authorization = `Bearer ${token}`;

// caller makes the calls of a jayson client resolve or reject.
const caller = (client) => async (method, params) => {
  const { result, error } = await promisify(client.request.bind(client))(method, params);
  if (error) throw error;
  return result;
};

const overHTTP = (header) => {
  const { hostname, port, pathname } = new URL(httpURL);
  return jayson.Client.http({ hostname, port, path: pathname, headers: { Authorization: header } });
};

async function overWebSocket(t, header = Authorization) {
  const socket = new WebSocket(wsURL, { headers: { Authorization: header } });
  t.after(() => socket.terminate());
  await once(socket, 'open');
  return { client: jayson.Client.websocket({ ws: socket }), socket };
}

test('three lines', daybook.limit, async () => {
  const { method, params, result } = questions[0];
  const { hostname, port } = new URL(httpURL);
  const client = jayson.Client.http({ hostname, port, path: '/rpc', headers: { Authorization: `Bearer ${token}` } });
  const answer = await new Promise((resolve, reject) =>
    client.request(method, params, (err, answer) => (err ? reject(err) : resolve(answer))));
  assert.deepEqual(answer.result, result);
});

test('HTTP: answers and errors', daybook.limit, async () => {
  await daybook.asks(caller(overHTTP(Authorization)));
  await daybook.refused(caller(overHTTP(`Token ${daybook.userToken}`)));
  await daybook.unknown(caller(overHTTP(daybook.wrongToken)));
});

test('HTTP: batch, and a notification, which is answered 204', daybook.limit, async () => {
  const client = overHTTP(Authorization);
  daybook.isBatch(await promisify(client.request.bind(client))(daybook.batch()));
  const { method, params } = questions[0];
  assert.equal(await promisify(client.request.bind(client))(method, params, null), undefined);
});

test('HTTP: params as an array that holds the object', daybook.limit, async () => {
  const { method, params, result } = questions[1];
  assert.deepEqual(await caller(overHTTP(Authorization))(method, [params]), result);
});

test('HTTP: a connection for each request', daybook.limit, async () => {
  const { hostname, port, pathname } = new URL(httpURL);
  const client = jayson.Client.http({ hostname, port, path: pathname, agent: false, headers: { Authorization } });
  let closed = 0;
  client.on('http response', ({ headers }) => (closed += headers.connection === 'close'));
  await daybook.asks(caller(client));
  assert.equal(closed, 3);
});

test('HTTP: no params', daybook.limit, async () => {
  await daybook.discovers(caller(overHTTP(Authorization)));
});

// A connection carries one message, so that the token travels with it.
test('TCP: answers and errors, the token in a batch', daybook.limit, async () => {
  const client = jayson.Client.tcp({ host: tcp.host, port: tcp.port });
  const authenticated = (token) => async (method, params) => {
    const batch = [client.request('Authenticate', { token }), client.request(method, params)];
    const answers = await promisify(client.request.bind(client))(batch);
    const { result, error } = answers.find(({ id }) => id === batch[1].id);
    if (error) throw error;
    return result;
  };
  await daybook.asks(authenticated(token));
  await daybook.refused(authenticated(daybook.userToken));
});

test('TCP: a batch', daybook.limit, async () => {
  const client = jayson.Client.tcp(tcp);
  const batch = [{ jsonrpc: '2.0', id: 0, method: 'Authenticate', params: { token } }, ...daybook.batch()];
  const answers = await promisify(client.request.bind(client))(batch);
  daybook.isBatch(answers.filter(({ id }) => id !== 0));
});

test('WebSocket: answers and errors', daybook.limit, async (t) => {
  await daybook.asks(caller((await overWebSocket(t)).client));
  await daybook.refused(caller((await overWebSocket(t, `Bearer ${daybook.userToken}`)).client));
});

test('WebSocket: batch', daybook.limit, async (t) => {
  const { client } = await overWebSocket(t);
  daybook.isBatch(await promisify(client.request.bind(client))(daybook.batch()));
});

// jayson knows no notifications from a server: its socket brings them.
test('WebSocket: live rows', daybook.limit, async (t) => {
  const { client, socket } = await overWebSocket(t);
  const events = daybook.queue();
  socket.on('message', (text) => {
    const { method, params } = JSON.parse(text);
    if (method === 'LogEvent') events.put(params);
  });
  await daybook.live(caller(client), events.next);
});

test('WebSocket: cancel', daybook.limit, async (t) => {
  const { client } = await overWebSocket(t);
  const answer = new Promise((resolve) =>
    client.request(daybook.slow.method, daybook.slow.params, 'slow', (err, answer) => resolve(answer)));
  client.request('$/cancelRequest', { id: 'slow' }, null, () => {});
  daybook.isError((await answer).error, daybook.cancelled);
});
