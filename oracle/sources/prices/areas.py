"""The Italian bidding zones under the names and codes of ENTSO-E."""

ZONE_OF_EIC = {
    "10Y1001A1001A73I": "NORD",
    "10Y1001A1001A70O": "CNOR",
    "10Y1001A1001A71M": "CSUD",
    "10Y1001A1001A788": "SUD",
    "10Y1001C--00096J": "CALA",
    "10Y1001A1001A75E": "SICI",
    "10Y1001A1001A74G": "SARD",
}
ZONE_OF_NAME = {
    "IT-North": "NORD",
    "IT-Centre-North": "CNOR",
    "IT-Centre-South": "CSUD",
    "IT-South": "SUD",
    "IT-Calabria": "CALA",
    "IT-Sicily": "SICI",
    "IT-Sardinia": "SARD",
}
