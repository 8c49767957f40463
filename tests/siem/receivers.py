# SPDX-License-Identifier: Apache-2.0
# receivers.py DIR JSON_PORT ELASTIC_PORT: stands for what takes JSON lines over TCP, and for Elasticsearch's bulk
# interface over TLS. What they were given is in DIR/json-tcp.json and DIR/elastic.json, a line each, and the index and
# id of the latter in DIR/elastic.actions. An id that was there is answered with 409, as a data stream does. The first
# answer waits until DIR/elastic.go is there, so that what comes meanwhile comes as one batch.
import http.server
import json
import os
import socketserver
import ssl
import sys
import threading
import time

directory, json_port, elastic_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def append(name, line):
    with open(f"{directory}/{name}", "ab") as file:
        file.write(line + b"\n")


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            append("json-tcp.json", line.rstrip(b"\n"))


class Elastic(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ids = set()

    def answer(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):  # is it there?
        self.answer({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        while not os.path.exists(f"{directory}/elastic.go"):
            time.sleep(0.02)
        lines = body.removesuffix(b"\n").split(b"\n")  # an empty one among them would be refused by Elasticsearch too
        items = []
        append("elastic.batches", b"%d" % (len(lines) // 2))
        for action, document in zip(lines[0::2], lines[1::2]):
            append("elastic.actions", action)
            append("elastic.json", document)
            document_id = json.loads(action)["create"]["_id"]
            status = 409 if document_id in self.ids else 201
            self.ids.add(document_id)
            items.append({"create": {"_id": document_id, "status": status}})
        self.answer({"took": 1, "errors": any(i["create"]["status"] != 201 for i in items), "items": items})


lines = socketserver.ThreadingTCPServer(("127.0.0.1", json_port), Lines)
threading.Thread(target=lines.serve_forever, daemon=True).start()
elastic = http.server.ThreadingHTTPServer(("127.0.0.1", elastic_port), Elastic)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{directory}/tls/siem.example.com.pem", f"{directory}/tls/siem.example.com.key")
elastic.socket = context.wrap_socket(elastic.socket, server_side=True)
elastic.serve_forever()
