<?php
// Asks Daybook over HTTP and follows live rows over TCP; PHP 8 without extensions.
// DAYBOOK_URL=http://127.0.0.1:7390/rpc DAYBOOK_TCP=127.0.0.1:7391 DAYBOOK_TOKEN=dbk_… php php.php
declare(strict_types=1);

const ERRORS = ['where' => [['status', '=', 'ERROR']]];

// The server ended a subscription, and says why: the token has expired, say.
class Ended extends Exception
{
}

// The server's refusal; its code and data are listed in docs/api.md.
class Refused extends Exception
{
    public function __construct(array $error)
    {
        parent::__construct($error['message'], $error['code']);
    }
}

function call(string $method, array $params): mixed
{
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => ['Content-Type: application/json', 'Authorization: Bearer ' . getenv('DAYBOOK_TOKEN')],
        'content' => json_encode(['jsonrpc' => '2.0', 'id' => 1, 'method' => $method, 'params' => $params]),
        'ignore_errors' => true, // refusals have a body too
        'timeout' => 30,
    ]]);
    $answer = json_decode(file_get_contents(getenv('DAYBOOK_URL'), false, $context), true, 512, JSON_THROW_ON_ERROR);
    return isset($answer['error']) ? throw new Refused($answer['error']) : $answer['result'];
}

// All matches, of the moment of the first page, page by page.
function pages(array $params, int $size): Generator
{
    $params += ['limit' => $size, 'offset' => 0, 'cursor' => true];
    while ($rows = ($page = call('GetLogsByFilter', $params))['rows']) {
        yield $rows;
        $params = ['at' => $page['cursor'], 'offset' => $params['offset'] + $size] + $params;
    }
}

// Rows as they are written, in the platform's own protocol. What is lost with a connection comes 'after' the last cursor.
function live(array $params): Generator
{
    $socket = stream_socket_client('tcp://' . getenv('DAYBOOK_TCP'));
    fwrite($socket, json_encode(['command' => 'SubscribeLogs', 'data' => $params, 'extID' => '1', '__token' => getenv('DAYBOOK_TOKEN')]) . "\r\n");
    stream_set_timeout($socket, PHP_INT_MAX); // rows may be rare
    while (($line = fgets($socket)) !== false) {
        $message = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
        if (isset($message['error'])) throw new Refused($message);
        if (isset($message['event'], $message['data'])) yield $message['data'];
        if (isset($message['ended'])) throw new Ended($message['ended']);
    }
}

foreach (call('GetLogsByFilter', ERRORS + ['limit' => 2, 'offset' => 0])['rows'] as $row) echo "$row[0] $row[3] $row[6]\n";
echo array_sum(array_map('count', iterator_to_array(pages(ERRORS, 2), false))), " errors in pages of 2\n";
try {
    call('GetLogsByFilter', ['where' => [['status', '~', 'x']], 'limit' => 1, 'offset' => 0]);
} catch (Refused $refused) {
    echo 'refused: ', $refused->getMessage(), ' ', $refused->getCode(), "\n";
}
try {
    foreach (live(ERRORS + ['backfill' => 1]) as $row) echo "live: $row[timestamp] $row[action] $row[detail]\n";
} catch (Ended $ended) {
    fwrite(STDERR, "ended: {$ended->getMessage()}\n");
    exit(1);
}
