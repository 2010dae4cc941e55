// @open-rpc/client-js over HTTP, WebSocket and TCP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import test from 'node:test';
import {
  Client, ContentLengthMessageFramer, HTTPTransport, NewlineDelimitedMessageFramer, RequestManager, StreamTransport,
  WebSocketTransport,
} from '@open-rpc/client-js';
import * as daybook from './daybook.mjs';

const { httpURL, wsURL, tcp, token, questions } = daybook;
// Over WebSocket each request starts a timer of five seconds that nothing stops,
// and which keeps the process alive; null asks for none.
const caller = (client) => (method, params) => client.request({ method, params }, null);

function over(t, transport) {
  const client = new Client(new RequestManager([transport]));
  t.after(() => client.close());
  return client;
}
const overHTTP = (t, token) => over(t, new HTTPTransport(httpURL, { headers: { Authorization: `Bearer ${token}` } }));

// Where a transport can't send headers, the connection is authenticated.
async function authenticated(client) {
  assert.equal((await client.request({ method: 'Authenticate', params: { token } }, null)).session, 'SESSION_MANAGER');
  return client;
}
const overWebSocket = (t) => authenticated(over(t, new WebSocketTransport(wsURL)));

// batches asks the questions at once. request() waits for the connection before
// it joins the batch, so that a batch which is stopped right away is empty, and
// its calls go one by one.
async function batches(client) {
  const transport = client.requestManager.getPrimaryTransport();
  const send = transport.sendData.bind(transport);
  const sent = [];
  transport.sendData = (data, timeout) => { sent.push(transport.parseData(data)); return send(data, timeout); };
  client.startBatch();
  const answers = questions.map(({ method, params }) => client.request({ method, params }, null));
  await new Promise(setImmediate);
  client.stopBatch();
  assert.deepEqual(await Promise.all(answers), questions.map(({ result }) => result));
  transport.sendData = send;
  assert.deepEqual(sent.map((message) => message.length), [questions.length], 'one message holds all');
}

test('three lines', daybook.limit, async () => {
  const { method, params, result } = questions[0];
  const transport = new HTTPTransport(httpURL, { headers: { Authorization: `Bearer ${token}` } });
  const client = new Client(new RequestManager([transport]));
  const answer = await client.request({ method, params });
  client.close();
  assert.deepEqual(answer, result);
});

test('HTTP: answers and errors', daybook.limit, async (t) => {
  await daybook.asks(caller(overHTTP(t, token)));
  await daybook.refused(caller(overHTTP(t, daybook.userToken)));
  await daybook.unknown(caller(overHTTP(t, daybook.wrongToken)));
});

test('HTTP: batch and notification', daybook.limit, async (t) => {
  const client = overHTTP(t, token);
  await batches(client);
  await client.notify({ method: questions[0].method, params: questions[0].params });
});

test('WebSocket: answers and errors', daybook.limit, async (t) => {
  await daybook.asks(caller(await overWebSocket(t)));
});

test('WebSocket: batch', daybook.limit, async (t) => {
  await batches(await overWebSocket(t));
});

test('WebSocket: live rows', daybook.limit, async (t) => {
  const client = await overWebSocket(t);
  const events = daybook.queue();
  client.onNotification(({ method, params }) => method === 'LogEvent' && events.put(params));
  await daybook.live(caller(client), events.next);
});

// Its ids are strings. Who gives them out knows which call to give up.
test('WebSocket: cancel', daybook.limit, async (t) => {
  let id = 0;
  const client = new Client(new RequestManager([new WebSocketTransport(wsURL)], () => ++id));
  t.after(() => client.close());
  await authenticated(client);
  const answer = client.request(daybook.slow, null);
  await new Promise(setImmediate);
  await client.notify({ method: '$/cancelRequest', params: { id: String(id) } });
  await assert.rejects(answer, (e) => daybook.isError(e, daybook.cancelled));
});

for (const Framer of [NewlineDelimitedMessageFramer, ContentLengthMessageFramer]) {
  test(`TCP, ${Framer.name}: answers, errors, batch and live rows`, daybook.limit, async (t) => {
    const socket = connect(tcp);
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    const { readable, writable } = Duplex.toWeb(socket);
    const client = await authenticated(over(t, StreamTransport.fromStreams(readable, writable, new Framer())));
    const events = daybook.queue();
    client.onNotification(({ method, params }) => method === 'LogEvent' && events.put(params));
    await daybook.asks(caller(client));
    await batches(client);
    await daybook.live(caller(client), events.next);
  });
}

// Without params it sends an empty list, which names none.
test('params are never left out', daybook.limit, async (t) => {
  const client = overHTTP(t, token);
  await assert.rejects(client.request({ method: 'rpc.discover' }), { code: -32602 });
  assert.equal((await client.request({ method: 'rpc.discover', params: {} })).info.title, 'Daybook');
});
