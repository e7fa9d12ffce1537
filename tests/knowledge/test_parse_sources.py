"""Files, folders and zips are read without touching the disk; what is hostile is named and passed over."""

from __future__ import annotations

import io
import zipfile

import pytest

from knowledge.errors import DocumentError, HostileDocument, UnreadableDocument
from knowledge.parse import read_sources, sources


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_folder_is_read_in_order_and_other_files_are_passed_over(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.xml").write_bytes(b"two")
    (tmp_path / "a.json").write_bytes(b"one")
    (tmp_path / "image.jpg").write_bytes(b"no")
    assert list(read_sources([tmp_path])) == [("a.json", b"one"), ("b/2.xml", b"two")]


def test_zips_in_a_zip_are_read_and_images_ignored(tmp_path):
    inner = zipped({"label.xml": b"<a/>", "pill.jpg": b"x"})
    (tmp_path / "daily.zip").write_bytes(zipped({"prescription/one.zip": inner}))
    assert list(read_sources([tmp_path / "daily.zip"])) == [("daily.zip!prescription/one.zip!label.xml", b"<a/>")]


def test_a_path_that_leaves_the_zip_is_hostile_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(
        zipped({"../evil.xml": b"<a/>", "C:/evil.xml": b"<a/>", "/evil.xml": b"<a/>", "good.xml": b"<b/>"})
    )
    found = dict(read_sources([path]))
    assert found.pop("x.zip!good.xml") == b"<b/>"
    assert len(found) == 3
    assert all(isinstance(error, HostileDocument) for error in found.values())


def test_a_bomb_is_hostile_by_its_ratio_and_by_its_size(tmp_path, monkeypatch):
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({"bomb.xml": b"0" * 5_000_000, "good.xml": b"<b/>"}))
    found = dict(read_sources([path]))
    assert isinstance(found["x.zip!bomb.xml"], HostileDocument)
    assert found["x.zip!good.xml"] == b"<b/>"
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 3)
    assert all(isinstance(error, HostileDocument) for error in dict(read_sources([path])).values())


def test_too_many_entries_and_too_deep_nesting_are_hostile(tmp_path, monkeypatch):
    deep = zipped({"c.zip": zipped({"b.zip": zipped({"a.xml": b"<a/>"})})})
    (tmp_path / "deep.zip").write_bytes(deep)
    assert [type(found) for _, found in read_sources([tmp_path / "deep.zip"])] == [HostileDocument]
    monkeypatch.setattr(sources, "MAX_ENTRIES", 1)
    (tmp_path / "many.zip").write_bytes(zipped({"a.xml": b"<a/>", "b.xml": b"<b/>"}))
    assert [type(found) for _, found in read_sources([tmp_path / "many.zip"])] == [HostileDocument]


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all"])
def test_a_broken_zip_is_unreadable(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    ((_, error),) = read_sources([tmp_path / "x.zip"])
    assert isinstance(error, UnreadableDocument)


def test_a_zip_cut_anywhere_gives_data_or_an_error_for_each_entry(tmp_path):
    whole = zipped({"a.xml": b"<a/>" * 50, "b.xml": b"<b/>" * 50})
    for size in range(0, len(whole), 7):
        (tmp_path / "x.zip").write_bytes(whole[:size])
        assert all(isinstance(found, bytes | DocumentError) for _, found in read_sources([tmp_path / "x.zip"]))


def test_a_link_out_of_the_folder_is_hostile(tmp_path):
    (tmp_path / "secret.json").write_bytes(b"{}")
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    ((name, error),) = read_sources([folder])
    assert name == "link.json"
    assert isinstance(error, HostileDocument)


def test_an_empty_folder_and_a_missing_file_are_errors_that_name_them(tmp_path):
    found = [error for _, error in read_sources([tmp_path, tmp_path / "gone.json"])]
    assert all(isinstance(error, UnreadableDocument) for error in found)
    assert str(tmp_path) in str(found[0])
    assert "gone.json" in str(found[1])
