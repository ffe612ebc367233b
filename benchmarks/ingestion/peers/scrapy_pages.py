"""Title and links of pages with Scrapy and parsel: scrapy_pages.py URLS OUT CONCURRENCY."""

import json
import sys
from pathlib import Path

import scrapy
from scrapy.crawler import CrawlerProcess


class Pages(scrapy.Spider):
    """Reads product pages."""

    name = "pages"
    start_urls = Path(sys.argv[1]).read_text(encoding="utf-8").split()
    found = (0, 0)

    def parse(self, response):
        title = response.xpath("//title/text()").get("").strip()
        links = response.xpath("//a/@href").getall()  # the cheapest way; texts would cost more
        titles, total = Pages.found
        Pages.found = (titles + bool(title), total + len(links))


process = CrawlerProcess(
    {
        "LOG_LEVEL": "ERROR",
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": int(sys.argv[3]),
        "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[3]),
        "DOWNLOAD_DELAY": 0,
        "TELNETCONSOLE_ENABLED": False,
    }
)
process.crawl(Pages)
process.start()
Path(sys.argv[2]).write_text(json.dumps(Pages.found), encoding="utf-8")
