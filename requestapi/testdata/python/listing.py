import requests

# A basic listing, with some filters
response = requests.get('http://www.example.com/api/metrics/request_logs', params={
    'limit': 20,
    'offset': 0,
    'ordering': '-created_at',
    'device_type': 'mobile',
    'method': 'GET',
    'has_exception_type': False,
    'duration_from': 1.0
}, headers={
    'Authorization': 'Token <your_api_key>'
})
data = response.json()
print(f"Found {data['count']} requests")
for log in data['results']:
    print(f"{log['id']}: {log['method']} {log['endpoint']} took {log['duration']} s")
