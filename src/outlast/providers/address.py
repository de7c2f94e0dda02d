"""Which network addresses a user's URL may lead to: those of the public Internet, and no others.

It knows the special ranges and the forms that hide one address in another. It does not resolve names.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

SPECIAL_4 = {
    IPv4Network("168.63.129.16/32"): "a cloud's metadata service",
    IPv4Network("100.100.100.200/32"): "a cloud's metadata service",
    IPv4Network("169.254.0.0/16"): "link-local (metadata services)",
    IPv4Network("100.64.0.0/10"): "a carrier's private range",
    IPv4Network("192.88.99.0/24"): "a relay into 6to4",
    IPv4Network("192.0.0.0/24"): "reserved",
}
SPECIAL_6 = {
    IPv6Network("2002::/16"): "6to4, which hides another address",
    IPv6Network("2001::/23"): "reserved, Teredo among it, which hides another address",
    IPv6Network("2001:db8::/32"): "for documentation",
    IPv6Network("3fff::/20"): "for documentation",
}
GLOBAL_6 = IPv6Network("2000::/3")
"""Everything that is handed out to the public Internet."""
NAT64 = IPv6Network("64:ff9b::/96")
"""How a network without IPv4 reaches it: what counts is the address inside."""


def refusal(address: str) -> str:
    """Why this address is not of the public Internet; empty where it is.

    Raises:
        ValueError: it is no address.
    """
    plain = ip_address(address.partition("%")[0])
    return _refusal_4(plain) if isinstance(plain, IPv4Address) else _refusal_6(plain, zoned="%" in address)


def _refusal_4(address: IPv4Address) -> str:
    for network, why in SPECIAL_4.items():
        if address in network:
            return why
    kinds = (
        ("unspecified", address.is_unspecified),
        ("loopback", address.is_loopback),
        ("multicast", address.is_multicast),
        ("private", address.is_private),
        ("reserved", address.is_reserved or not address.is_global),
    )
    return next((why for why, holds in kinds if holds), "")


def _refusal_6(address: IPv6Address, *, zoned: bool) -> str:
    if address in NAT64:
        inside = _refusal_4(IPv4Address(int(address) & 0xFFFFFFFF))
        return f"NAT64 of an address that is {inside}" if inside else ""
    for network, why in SPECIAL_6.items():
        if address in network:
            return why
    kinds = (
        ("IPv4 in another form", address.ipv4_mapped is not None),
        ("unspecified", address.is_unspecified),
        ("loopback", address.is_loopback),
        ("link-local", address.is_link_local or zoned),
        ("multicast", address.is_multicast),
        ("private", address.is_private or address.is_site_local),
        ("reserved", address not in GLOBAL_6),
    )
    return next((why for why, holds in kinds if holds), "")
