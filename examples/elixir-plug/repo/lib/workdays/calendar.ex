defmodule Workdays.Calendar do
  @moduledoc "Which days people work on: Monday to Friday, public holidays left out."

  @longest 3_660

  @doc "Public holidays from a list such as `2026-12-25,2027-01-01`; what is no date is an error."
  def holidays(text) do
    text
    |> String.split(",", trim: true)
    |> MapSet.new(&Date.from_iso8601!(String.trim(&1)))
  end

  def workday?(date, holidays) do
    Date.day_of_week(date) < 6 and not MapSet.member?(holidays, date)
  end

  @doc "How many workdays there are from one day to another, both included."
  def count(from, to, holidays) do
    if Date.diff(to, from) in 0..@longest do
      {:ok, from |> Date.range(to) |> Enum.count(&workday?(&1, holidays))}
    else
      {:error, :range}
    end
  end

  @doc "The first workday after a day."
  def next(date, holidays) do
    date
    |> Stream.iterate(&Date.add(&1, 1))
    |> Stream.drop(1)
    |> Enum.find(&workday?(&1, holidays))
  end
end
