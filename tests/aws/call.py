"""Calls Step Functions through boto3. Endpoint, region and credentials come from the environment. Each line on standard
input is `{"operation": "send_task_success", "arguments": {…}}`; for each a line comes back, either
`{"result": {…}}` or `{"error": NAME, "status": HTTP STATUS, "message": TEXT}`.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client("stepfunctions", config=Config(retries={"total_max_attempts": 1}))
for line in sys.stdin:
    call = json.loads(line)
    try:
        result = getattr(client, call["operation"])(**call["arguments"])
        result.pop("ResponseMetadata")
        answer = {"result": result}
    except ClientError as error:
        answer = {
            "error": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
        }
    print(json.dumps(answer, default=str), flush=True)
