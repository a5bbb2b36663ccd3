"""A Secret Service that says yes to everything and keeps nothing. Prints a line when it owns its name.

Specification: https://specifications.freedesktop.org/secret-service-spec/latest/
"""

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

ROOT = "/org/freedesktop/secrets"
COLLECTION = f"{ROOT}/collection/login"
NO_PROMPT = "/"
PROPERTIES = {
    "Label": ("s", "Login"),
    "Locked": ("b", False),
    "Collections": ("ao", [COLLECTION]),
    "Items": ("ao", []),
    "Created": ("t", 0),
    "Modified": ("t", 0),
}


def open_session(algorithm, _public_key):
    # Nothing that comes in is ever read, so any public value of the right length will do.
    answer = ("s", "") if algorithm == "plain" else ("ay", b"\x02" * 128)
    return "vo", (answer, f"{ROOT}/session/1")


METHODS = {
    "OpenSession": open_session,
    "ReadAlias": lambda _name: ("o", (COLLECTION,)),
    "SetAlias": lambda _name, _collection: ("", ()),
    "CreateCollection": lambda _properties, _alias: ("oo", (COLLECTION, NO_PROMPT)),
    "Unlock": lambda objects: ("aoo", (objects, NO_PROMPT)),
    "Lock": lambda objects: ("aoo", (objects, NO_PROMPT)),
    "GetSecrets": lambda _items, _session: ("a{o(oayays)}", ({},)),
    "CreateItem": lambda _properties, _secret, _replace: ("oo", (f"{COLLECTION}/1", NO_PROMPT)),
    "Delete": lambda: ("o", (NO_PROMPT,)),
    "SetSecret": lambda _secret: ("", ()),
    "Close": lambda: ("", ()),
    "Get": lambda _interface, name: ("v", (PROPERTIES[name],)),
    "GetAll": lambda _interface: ("a{sv}", (PROPERTIES,)),
    "Set": lambda _interface, _name, _value: ("", ()),
    "Ping": lambda: ("", ()),
}


def answer(message):
    fields = message.header.fields
    member = fields.get(HeaderFields.member)
    if member == "SearchItems":
        # The service tells unlocked from locked items, a collection has only one list.
        if fields.get(HeaderFields.path) == ROOT:
            return new_method_return(message, "aoao", ([], []))
        return new_method_return(message, "ao", ([],))
    if member in METHODS:
        return new_method_return(message, *METHODS[member](*message.body))
    return new_error(message, "org.freedesktop.Secret.Error.NoSuchObject", "s", ("it was forgotten",))


def main():
    connection = open_dbus_connection(bus="SESSION")
    connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
    print("ready", flush=True)
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            connection.send(answer(message))


main()
