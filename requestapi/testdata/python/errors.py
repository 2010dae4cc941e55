import requests

# Errors since a date
response = requests.get('http://www.example.com/api/metrics/request_logs', params={
    'status_code': 500,
    'created_from': '2026-04-21',
    'has_exception_type': True
}, headers={
    'Authorization': 'Token <your_api_key>'
})
if response.status_code == 200:
    for log in response.json()['results']:
        user = log['user']['username'] if log['user'] else 'anonymous'
        print(f"{log['created_at']} {user}: {log['exception_type']} at {log['endpoint']}")
