"""Bulk imports: CSV files read strictly and rebuilt row by row.

The file is checked at once (parameters, code page, header) and refused as a whole with
400; its rows are worked through afterwards, a few milliseconds at a time, as in
Mindbox. What became of them is at /api/imports.

Decisions where the documentation is silent:

* csvCodePage (65001 or 1251), csvColumnDelimiter and csvTextQualifier must be given; a
  byte order mark, an unknown or doubled column and a missing obligatory column refuse
  the file.
* A bad obligatory cell, a row with another number of cells and an unknown customer,
  card or status reject the row; any other bad cell is dropped with a warning. A broken
  quotation ends the file there. An empty cell leaves the value as it is.
* All rows of an order in one file are one order; one bad row rejects the order. An
  order that exists is replaced. An unknown customer of an order gets a stub.
* Customers.Import creates or updates by the first identifier column, else by contacts.
* `OrderDeliveryCost` is taken although no source names it, so that totals can add up.
"""
