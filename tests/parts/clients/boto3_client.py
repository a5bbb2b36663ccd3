"""One caller of credential_process: boto3. Environment and output as in js-client.mjs."""

import json
import os
import sys

import boto3

REGION = os.environ.get("AWS_REGION", "us-east-1")


def caller():
    answer = boto3.client("sts", region_name=REGION).get_caller_identity()
    return {"caller": {name: answer[name] for name in ("Account", "Arn", "UserId")}}


def model():
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}
    answer = boto3.client("bedrock-runtime", region_name=REGION).invoke_model(
        modelId="anthropic.claude-3-haiku-20240307-v1:0", contentType="application/json", body=json.dumps(body)
    )
    return {"model": json.loads(answer["body"].read())}


def main():
    calls = {"sts": caller, "bedrock": model}
    answers = {}
    try:
        for name in os.environ.get("CALLS", "sts").split(","):
            answers |= calls[name]()
    except Exception as error:  # whatever it is, the test wants to see it
        print(json.dumps({"error": {"name": type(error).__name__, "message": str(error)}}))
        return 1
    print(json.dumps(answers))
    return 0


sys.exit(main())
