# SPDX-License-Identifier: MIT
# A small management controller that speaks Redfish over TLS.  The file power has 1 or 0, the file orders every order.
# Like real ones it answers 409 to an order that asks for the present state.  Files that change it:
#   deaf    orders are accepted and have no effect
#   stale   the next reading is "On", whatever the power is
#   slow    after ForceOff the state is PoweringOff for two readings
#   two     it has two systems
# usage: redfish_standin.py DIRECTORY CERTIFICATE PORT
import base64, http.server, json, os, ssl, sys

os.chdir(sys.argv[1])
LOGIN = 'Basic ' + base64.b64encode(b'admin:S3cret-of-bmc').decode()
SYSTEM = '/redfish/v1/Systems/1'
pending = 0


def read(name):
    with open(name) as f:
        return f.read().strip()


def write(name, text, mode='w'):
    with open(name, mode) as f:
        f.write(text)


class Controller(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body=None):
        data = json.dumps(body).encode() if body is not None else b''
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def allowed(self):
        if self.headers.get('Authorization') == LOGIN:
            return True
        self.answer(401, {'error': {'code': 'Base.1.0.NoValidSession'}})
        return False

    def state(self):
        global pending
        if os.path.exists('stale'):
            os.unlink('stale')
            return 'On'
        if pending > 0:
            pending -= 1
            return 'PoweringOff'
        return 'On' if read('power') == '1' else 'Off'

    def do_GET(self):
        if not self.allowed():
            return
        path = self.path.rstrip('/')
        if path == '/redfish/v1':
            self.answer(200, {'Systems': {'@odata.id': '/redfish/v1/Systems'}})
        elif path == '/redfish/v1/Systems':
            members = [{'@odata.id': SYSTEM}] + ([{'@odata.id': '/redfish/v1/Systems/2'}] if os.path.exists('two') else [])
            self.answer(200, {'Members': members, 'Members@odata.count': len(members)})
        elif path == SYSTEM:
            self.answer(200, {'Id': '1', 'PowerState': self.state(), 'Actions': {'#ComputerSystem.Reset': {
                'target': SYSTEM + '/Actions/ComputerSystem.Reset',
                'ResetType@Redfish.AllowableValues': ['On', 'ForceOff', 'ForceRestart']}}})
        else:
            self.answer(404, {})

    def do_POST(self):
        global pending
        body = json.loads(self.rfile.read(int(self.headers.get('Content-Length', 0))))
        if not self.allowed():
            return
        kind = body.get('ResetType')
        write('orders', kind + '\n', 'a')
        power = read('power')
        if self.path != SYSTEM + '/Actions/ComputerSystem.Reset':
            self.answer(404, {})
        elif (kind == 'ForceOff' and power == '0') or (kind == 'On' and power == '1'):
            self.answer(409, {'error': {'code': 'Base.1.0.ResourceInUse'}})
        else:
            if not os.path.exists('deaf'):
                write('power', '1' if kind == 'On' else '0')
                pending = 2 if os.path.exists('slow') and kind == 'ForceOff' else 0
            self.answer(204)


server = http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[3])), Controller)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
