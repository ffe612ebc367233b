"""The feed job with Scrapy and a pipeline into SQLite: scrapy_feeds.py URLS DATABASE."""

import sqlite3
import sys
from pathlib import Path

import scrapy
from scrapy.crawler import CrawlerProcess
from w3lib.html import remove_tags, replace_entities

FIELDS = ("id", "title", "link", "author", "published", "description")


class Keep:
    """The pipeline: one row an item, one transaction a run."""

    def open_spider(self):
        self.db = sqlite3.connect(sys.argv[2])
        self.db.execute(
            f"create table if not exists item ({' text, '.join(FIELDS)}, primary key(id))"
        )

    def process_item(self, item):
        marks = ", ".join("?" * len(FIELDS))
        self.db.execute(
            f"insert or replace into item values ({marks})",  # noqa: S608 # question marks only
            [item[name] for name in FIELDS],
        )
        return item

    def close_spider(self):
        self.db.commit()
        self.db.close()


class Feeds(scrapy.Spider):
    """Reads RSS and Atom."""

    name = "feeds"
    start_urls = Path(sys.argv[1]).read_text(encoding="utf-8").split()

    def parse(self, response):
        page = response.selector
        page.remove_namespaces()
        for node in page.xpath("//item | //entry"):
            html = node.xpath("description/text() | content/text()").get("")
            yield {
                "id": node.xpath("guid/text() | id/text()").get(""),
                "title": node.xpath("title/text()").get("").strip(),
                "link": node.xpath("link/text() | link/@href").get(""),
                "author": node.xpath("creator/text() | author/name/text()").get(""),
                "published": node.xpath("pubDate/text() | published/text()").get(""),
                "description": replace_entities(remove_tags(html)),
            }


process = CrawlerProcess(
    {
        "LOG_LEVEL": "ERROR",
        "ROBOTSTXT_OBEY": False,
        "CONCURRENT_REQUESTS": 32,
        "DOWNLOAD_DELAY": 0,
        "TELNETCONSOLE_ENABLED": False,
        "ITEM_PIPELINES": {Keep: 1},
    }
)
process.crawl(Feeds)
process.start()
