defmodule Workdays.CalendarTest do
  use ExUnit.Case, async: true

  alias Workdays.Calendar

  @christmas Calendar.holidays("2026-12-25, 2027-01-01")

  test "weekends and holidays are no workdays" do
    refute Calendar.workday?(~D[2026-12-26], @christmas)
    refute Calendar.workday?(~D[2026-12-25], @christmas)
    assert Calendar.workday?(~D[2026-12-24], @christmas)
  end

  test "counts both ends" do
    assert Calendar.count(~D[2026-12-21], ~D[2026-12-25], @christmas) == {:ok, 4}
    assert Calendar.count(~D[2026-12-24], ~D[2026-12-24], @christmas) == {:ok, 1}
  end

  test "refuses a range that ends before it begins, and one without end" do
    assert Calendar.count(~D[2026-12-25], ~D[2026-12-21], @christmas) == {:error, :range}
    assert Calendar.count(~D[2026-12-25], ~D[2126-12-25], @christmas) == {:error, :range}
  end

  test "the next workday is after the day itself" do
    assert Calendar.next(~D[2026-12-23], @christmas) == ~D[2026-12-24]
    assert Calendar.next(~D[2026-12-24], @christmas) == ~D[2026-12-28]
  end
end
